"""The rules of `vane-bench rules` as a decision table of zen-engine (pip install zen-engine): time for an event.

    python3 zen_rules.py [NUMBER_OF_RULES...]

The table collects all rules that hit. Rules and events are drawn like RulesWorkload.swift draws them: 20 numeric fields, three to five conditions, about
one hit per event.
"""

import json
import random
import sys
import time

import zen

FIELDS = 20
VALUE_MAX = 1_000_000


def number(value, field):
    return int(value) if field % 2 == 0 else int(value) + 0.5


def threshold(field, share, greatest):
    if random.random() < 0.5:
        return f"< {number(greatest * share, field)}"
    return f"> {number(greatest * (1 - share), field)}"


def rules(shape, count, domain):
    for rule in range(count):
        fields = [rule % FIELDS] + random.sample([field for field in range(FIELDS) if field != rule % FIELDS], 2 + rule % 3)
        if shape == "selective":
            tests = {fields[0]: str(number(random.randrange(domain), fields[0]))}
            tests |= {field: threshold(field, 0.7, domain) for field in fields[1:]}
        else:
            weights = [0.2 + random.random() for _ in fields]
            tests = {
                field: threshold(field, (1 / count) ** (weight / sum(weights)), VALUE_MAX) for field, weight in zip(fields, weights)
            }
        yield {"_id": f"r{rule}", **{f"i{field}": tests.get(field, "") for field in range(FIELDS)}, "o": f'"R{rule}"'}


def table(shape, count, domain):
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
        {
            "id": "table", "type": "decisionTableNode", "name": "table", "position": {"x": 1, "y": 0},
            "content": {
                "hitPolicy": "collect",
                "inputs": [{"id": f"i{field}", "name": f"f{field}", "field": f"f{field}"} for field in range(FIELDS)],
                "outputs": [{"id": "o", "name": "rule", "field": "rule"}],
                "rules": list(rules(shape, count, domain)),
            },
        },
        {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 2, "y": 0}},
    ]
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "b", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def measure(shape, count):
    random.seed(count)
    domain = max(1, int(count * 0.36))
    start = time.process_time()
    decision = zen.ZenEngine().create_decision(table(shape, count, domain))
    greatest = domain if shape == "selective" else VALUE_MAX
    events = [{f"f{field}": number(random.random() * greatest, field) for field in range(FIELDS)} for _ in range(max(4, 20_000 // count))]
    hits = len(decision.evaluate(events[0])["result"])
    compiled = time.process_time() - start
    start = time.process_time()
    for event in events:
        hits += len(decision.evaluate(event)["result"])
    cost = (time.process_time() - start) / len(events)
    print(f"{count:>7} {shape:<9} {cost * 1e6:>12.1f} µs/event   {hits / (len(events) + 1):.2f} hits/event   compiled in {compiled:.2f} s")


if __name__ == "__main__":
    for shape in ("selective", "dense"):
        for count in [int(argument) for argument in sys.argv[1:]] or [1_000, 10_000]:
            measure(shape, count)
