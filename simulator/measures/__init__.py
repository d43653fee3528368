"""What it means: measures as pure functions of the ledger. Money and warm-up are applied here and only here."""
