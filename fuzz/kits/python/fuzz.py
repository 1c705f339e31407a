"""Fuzzes the parser: with Atheris, guided by coverage, or in a plain loop where it is not
installed.

    fuzz.py [OPTION OF LIBFUZZER]... [FOLDER OF SEEDS]...
    fuzz.py --loop [COUNT [SEED]]        runs the seeds, then mutates them COUNT times
"""

import random
import sys
from pathlib import Path

import oracle

try:
    import atheris
except ImportError:
    atheris = None

if atheris:
    with atheris.instrument_imports():
        import parser
else:
    import parser

DIALECT = oracle.TEXT
# True lets departures from requirements of level should count as findings, too.
STRICT = False
SEEDS = Path(__file__).parent / "seeds/text"


class NotAdmissible(Exception):
    pass


def check(datagram):
    try:
        reading = parser.parse(datagram)
    except ValueError:
        reading = None
    answer = oracle.admits(DIALECT, datagram, reading)
    if answer != oracle.ADMISSIBLE and (STRICT or answer != oracle.ADVISED_AGAINST):
        why = oracle.why(DIALECT, datagram, reading)
        raise NotAdmissible(f"datagram {datagram!r}: not admissible: {why}")


def mutate(data, max_size, seed):
    if seed % 2:
        return atheris.Mutate(data, max_size)
    return oracle.mutate(DIALECT, data, max_size, seed)


def loop(count=100_000, seed=1):
    chance = random.Random(seed)
    # The shortest first: they are the easiest to understand.
    seeds = sorted((path.read_bytes() for path in SEEDS.iterdir()), key=lambda it: (len(it), it))
    for datagram in seeds:
        check(datagram)
    for _ in range(count):
        check(oracle.mutate(DIALECT, chance.choice(seeds), 4096, chance.getrandbits(32)))
    print(f"{len(seeds)} seeds and {count} mutations, and every reading is admissible")


if __name__ == "__main__":
    if "--loop" in sys.argv[1:2] or not atheris:
        numbers = [int(argument) for argument in sys.argv[2:]] if "--loop" in sys.argv else []
        loop(*numbers)
    else:
        atheris.Setup(sys.argv, check, custom_mutator=mutate)
        atheris.Fuzz()
