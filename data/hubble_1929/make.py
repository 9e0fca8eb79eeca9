"""Write galaxies.csv: the 24 nebulae of Hubble's table 1 of 1929, with today's coordinates, as the card says."""

from pathlib import Path

# name, distance (Mpc), velocity (km/s), right ascension (h min s), declination (deg arcmin), all as in the sources
GALAXIES = """\
SMC       0.032   170  00:52:45  -72:50
LMC       0.034   290  05:23:35  -69:45
NGC 6822  0.214  -130  19:44:57  -14:48
NGC 598   0.263   -70  01:33:51  +30:40
NGC 221   0.275  -185  00:42:42  +40:52
NGC 224   0.275  -220  00:42:44  +41:16
NGC 5457  0.450   200  14:03:13  +54:21
NGC 4736  0.500   290  12:50:53  +41:07
NGC 5194  0.500   270  13:29:53  +47:12
NGC 4449  0.630   200  12:28:11  +44:06
NGC 4214  0.800   300  12:15:39  +36:20
NGC 3031  0.900   -30  09:55:33  +69:04
NGC 3627  0.900   650  11:20:15  +12:59
NGC 4826  0.900   150  12:56:44  +21:41
NGC 5236  0.900   500  13:37:01  -29:52
NGC 1068  1.000   920  02:42:41  -00:01
NGC 5055  1.100   450  13:15:49  +42:02
NGC 7331  1.100   500  22:37:04  +34:25
NGC 4258  1.400   500  12:18:58  +47:18
NGC 4151  1.700   960  12:10:33  +39:24
NGC 4382  2.000   500  12:25:24  +18:11
NGC 4472  2.000   850  12:29:47  +08:00
NGC 4486  2.000   800  12:30:49  +12:23
NGC 4649  2.000  1090  12:43:40  +11:33
"""


def row(line: str) -> str:
    """Return one line of the CSV file, with both angles in degrees."""
    name, distance, velocity, ascension, declination = line.rsplit(maxsplit=4)
    hours, minutes, seconds = (float(part) for part in ascension.split(":"))
    degrees, arcminutes = (float(part) for part in declination.lstrip("+-").split(":"))
    sign = -1 if declination.startswith("-") else 1
    alpha = 15 * (hours + minutes / 60 + seconds / 3600)
    delta = sign * (degrees + arcminutes / 60)
    return f"{name},{distance},{velocity},{alpha:.2f},{delta:.2f}"


if __name__ == "__main__":
    head = "name,distance_mpc,velocity_km_s,ra_deg,dec_deg"
    text = "\n".join([head, *map(row, GALAXIES.splitlines())]) + "\n"
    (Path(__file__).parent / "galaxies.csv").write_bytes(text.encode())
