"""Cases of the rules in `mygrad.rules.statistics`; see `cases`."""

from cases import Case, Special

CASES: list[Case] = []

SPECIAL: list[Special] = []
