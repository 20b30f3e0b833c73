"""``python -m core.reproduce [SYSTEM] [--json] [--recompute [--missing]]``: the claims and what ours gives."""

import argparse
import json
import sys

from core.errors import WordglassError
from core.reproduce.claims import ClaimRecord
from core.reproduce.systems import SYSTEMS


def main(arguments: list[str] | None = None) -> int:
    """Print one record a claim; 0 when every claim could be measured."""
    parser = argparse.ArgumentParser(prog="python -m core.reproduce", description=__doc__.splitlines()[0])
    parser.add_argument("system", nargs="?", choices=sorted(SYSTEMS), help="only the claims of one system")
    parser.add_argument("--json", action="store_true", help="one JSON array instead of a table")
    parser.add_argument("--recompute", action="store_true", help="from checkpoints and corpora, not stored results")
    parser.add_argument("--missing", action="store_true", help="with --recompute: only what is not stored yet")
    options = parser.parse_args(arguments)
    chosen = [SYSTEMS[options.system]] if options.system else list(SYSTEMS.values())
    try:
        if options.recompute:
            for system in chosen:
                system.recompute(lambda line: print(line, file=sys.stderr, flush=True), missing=options.missing)
        records = [record for system in chosen for record in system.measure()]
    except WordglassError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps([record.to_dict() for record in records], indent=1, ensure_ascii=False))
    else:
        print("\n".join(_show(record) for record in records))
    return 0 if all(record.ours is not None for record in records) else 2


def _show(record: ClaimRecord) -> str:
    if record.ours is None:
        return f"{record.id:26}  not measured: no checkpoint or no stored result"
    verdict = "holds" if record.holds else "does not hold"
    return (f"{record.id:26}  {record.ours:6.3f} [{record.low:.3f}, {record.high:.3f}]  reported {record.reported:24}"
            f"  {verdict}\n{'':28}{record.claim}\n{'':28}n = {record.n:,}, {record.corpus}, {record.split}; "
            f"control: {record.control}; {record.checkpoint}")


if __name__ == "__main__":
    sys.exit(main())
