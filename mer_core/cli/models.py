"""`models`: every network with its size and cost, and the checkpoints on this machine."""

import argparse
import json
from typing import Any


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("models", help="list the networks and the checkpoints on this machine")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print one row a network."""
    from mer_core.zoo import describe_networks

    networks = describe_networks()
    if options.json:
        print(json.dumps(networks, indent=2))
        return 0
    print(f"{'network':16} {'parameters':>12} {'MACs':>9}  {'input':12} checkpoints, UF1 on people left out")
    for network in networks:
        shape = "x".join(str(side) for side in network["input_shape"])
        macs = f"{network['macs'] / 1e6:.2f} M"
        print(
            f"{network['name']:16} {network['parameters']:>12,} {macs:>9}  {shape:12} "
            f"{', '.join(_checkpoint(network, name) for name in network['checkpoints']) or '-'}"
        )
    return 0


def _checkpoint(network: dict[str, Any], name: str) -> str:
    from mer_core.scores import Estimate, as_interval, as_score

    record = network["records"].get(name)
    if record is None:
        return f"{name}, not yet cross-validated"
    baseline = record["baseline"]
    always = f"always {baseline['always']} {as_score(baseline['uf1'])}"
    return f"{name}, UF1 {as_interval(Estimate(**record['uf1']))}, {always}"
