"""Queues: Erlang B, C and A, M/M/c, M/M/c/K, agents required."""

import re

import numpy as np

from heed.stats.procedures.given import Figures, Given
from heed.stats.queues.erlang import agents_required as required
from heed.stats.queues.erlang import erlang_b, erlang_c, limited_queue
from heed.stats.queues.impatience import erlang_a


def blocking(given: Given) -> Figures:
    return {"blocking": float(erlang_b(given.number("erlangs"), given.whole("servers")))}


def waiting(given: Given) -> Figures:
    rate = given.number("calls") / given.number("interval_s")
    found = erlang_c(rate, given.number("aht_s"), given.whole("agents"), given.number("threshold_s", 20))
    return {
        "erlangs": found.erlangs,
        "stable": found.stable,
        "erlang_b": found.blocking,
        "wait_probability": found.wait_probability,
        "service_level": found.service_level,
        "asa": found.mean_wait,
        "occupancy": found.occupancy,
        "mean_queue": found.mean_queue,
        "mean_wait_of_delayed": found.mean_wait_of_delayed,
        **{
            name: found.wait_quantile(float(share[1]) / 100)
            for name in given.asked
            if (share := re.fullmatch(r"p(\d\d(?:\.\d+)?)_wait", name))
        },
    }


def impatient(given: Given) -> Figures:
    found = erlang_a(
        given.number("arrival_rate"),
        given.number("service_rate"),
        given.number("abandon_rate"),
        given.whole("agents"),
        given.number("threshold", 0),
    )
    return {
        "offered_load": found.offered_load,
        "p_wait": found.wait_probability,
        "p_abandon": found.abandoned,
        "mean_wait_all": found.mean_wait,
        "mean_queue": found.mean_queue,
        "p_abandon_given_wait": found.abandoned_of_delayed,
        "mean_wait_served": found.mean_wait_of_served,
        "p_served_within_T": found.served_within,
        "sl_served_of_served": found.served_within_of_served,
        "sl_excl_short_abandons": found.served_within_of_patient,
        "p_abandon_within_T": found.abandoned_within,
        "p_wait_exceeds_T": found.waiting_longer,
        "occupancy": found.occupancy,
    }


def several_servers(given: Given) -> Figures:
    rate, service, servers = given.number("lambda"), given.number("mu"), given.whole("servers")
    found = erlang_c(rate, 1.0 / service, servers, 0.0)
    return {
        "erlang_b": found.blocking,
        "erlang_c": found.wait_probability,
        "Lq": found.mean_queue,
        "Wq": found.mean_wait,
        "L": found.mean_queue + found.erlangs,
        "W": found.mean_wait + 1.0 / service,
        "rho": found.erlangs / servers,
    }


def limited(given: Given) -> Figures:
    rate = given.number("lambda")
    found = limited_queue(rate, given.number("mu"), given.whole("servers"), given.whole("capacity"))
    inside = float((np.arange(found.states.size) * found.states).sum())
    return {
        "p_n": found.states,
        "Lq": found.mean_queue,
        "Wq": found.mean_wait,
        "L": inside,
        "W": inside / found.throughput,
        "throughput": found.throughput,
        "blocking": found.blocking,
    }


def agents_required(given: Given) -> Figures:
    rate = given.number("calls") / given.number("interval_s")
    found = required(
        rate,
        given.number("aht_s"),
        given.number("threshold_s", 20),
        target=given.number("target_sl"),
        max_occupancy=given.number("max_occupancy", 1),
        shrinkage=given.number("shrinkage", 0),
    )
    return {
        "agents": int(found.agents),
        "service_level": found.service_level,
        "occupancy": found.occupancy,
        "agents_minus_1_sl": found.service_level_with_one_less,
        "scheduled_with_shrinkage": int(found.scheduled),
    }


PROCEDURES = {
    "erlang_b": blocking,
    "erlang_c": waiting,
    "erlang_a": impatient,
    "mmc": several_servers,
    "mmck": limited,
    "agents_required": agents_required,
}
