"""One replication of a scenario: played, measured, and held against the laws that every run keeps."""
