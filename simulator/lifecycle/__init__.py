"""The one way of an order: demand, entry, promise, allocation, shortage, replenishment, fulfilment."""
