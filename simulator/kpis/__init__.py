"""What it means: measures as pure functions of the ledger. Money and warm-up are applied here and only here."""

from simulator.kpis.kpi import SCOR, Kpi, catalogue, kpi

__all__ = ["SCOR", "Kpi", "catalogue", "kpi"]
