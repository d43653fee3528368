"""How things look: tables, charts, HTML, files."""
