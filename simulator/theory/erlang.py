"""Erlang's two formulas: the share of calls lost, and the share that wait."""


def erlang_b(servers: int, load: float) -> float:
    """Share of arrivals lost when nobody may wait: M/G/c/c.

    `load` is the arrival rate times the mean holding time, in erlangs. The law of the holding time
    does not matter, only its mean. With no server everything is lost.

    Errors: a negative load or number of servers.
    Source: Gross, Shortle, Thompson & Harris (2008), section 2.5.

    >>> round(erlang_b(servers=5, load=3), 4)
    0.1101
    """
    if servers < 0 or load < 0:
        raise ValueError(f"servers and load are not negative; found {servers} and {load}")
    lost = 1.0
    for busy in range(1, servers + 1):
        lost = load * lost / (busy + load * lost)
    return lost


def erlang_c(servers: int, load: float) -> float:
    """Share of arrivals that wait when everybody may: M/M/c.

    Where the load is as much as the servers can do, everybody waits and the answer is 1.

    Errors: no server, or a negative load.
    Source: Gross, Shortle, Thompson & Harris (2008), section 2.3.

    >>> round(erlang_c(servers=3, load=2.4), 4)
    0.6472
    """
    if servers < 1:
        raise ValueError(f"a queue needs a server; found {servers}")
    if load >= servers:
        return 1.0
    lost = erlang_b(servers, load)
    return lost / (1 - load / servers * (1 - lost))
