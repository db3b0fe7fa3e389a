"""Election files in the format of Pabulib (.pb): read, written, and counted by the rule that they name.

The format: https://pabulib.org/format (Faliszewski, Flis, Peters, Pierczyński, Skowron, Stolicki, Szufa and Talmon,
"Participatory Budgeting: Data, Tools, and Analysis", IJCAI 2023).
"""

from __future__ import annotations

from pb.core.pabulib.compose import compose
from pb.core.pabulib.file import Note, PbFile, Table
from pb.core.pabulib.official import compare, facts_of, official_method
from pb.core.pabulib.reader import read
from pb.core.pabulib.text import BadFile
from pb.core.pabulib.writer import lines

__all__ = ["BadFile", "Note", "PbFile", "Table", "compare", "compose", "facts_of", "lines", "official_method", "read"]
