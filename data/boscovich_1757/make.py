"""Write arcs.csv: the five meridian arcs that Boscovich used in 1757, typed from the source that the card names."""

from pathlib import Path

ARCS = """\
place,latitude_deg,arc_toise
Quito,0.0000,56751
Cape of Good Hope,33.3000,57037
Rome,42.9833,56979
Paris,49.3833,57074
Lapland,66.3167,57422
"""

if __name__ == "__main__":
    (Path(__file__).parent / "arcs.csv").write_bytes(ARCS.encode())
