"""What it means: measures as pure functions of the ledger. Money and warm-up are applied here and only here."""

from simulator.kpis.kpi import Kpi, catalogue, kpi

__all__ = ["Kpi", "catalogue", "kpi"]
