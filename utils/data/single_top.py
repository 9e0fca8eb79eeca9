"""Single top quarks (t-channel), top pairs and W + jets at 7 TeV: events by Pythia in a simple detector."""

from __future__ import annotations

import numpy as np

from utils.data import checked_path

PROCESSES = ("single top", "top pairs", "W + jets")
LUMINOSITY = 36.0  # pb⁻¹, what CMS had for its first measurement of this process (arXiv:1106.3052)
LABELS = {
    "process": "process",
    "weight_pb": "cross-section of the event (pb)",
    "lepton_pt": "transverse momentum of the lepton (GeV)",
    "lepton_eta": "pseudorapidity of the lepton",
    "lepton_charge": "charge of the lepton (e)",
    "met": "missing transverse momentum (GeV)",
    "mtw": "transverse mass of the W boson (GeV)",
    "b_pt": "transverse momentum of the b jet (GeV)",
    "b_eta": "pseudorapidity of the b jet",
    "light_pt": "transverse momentum of the light jet (GeV)",
    "light_abs_eta": r"$|\eta|$ of the light jet",
    "m_lnub": r"top mass $m_{\ell\nu b}$ (GeV)",
    "cos_theta_star": r"$\cos\,\theta^*$",
    "ht": r"$H_T$ (GeV)",
    "m_lb": r"mass of lepton and b jet, $m_{\ell b}$ (GeV)",
    "m_jj": "mass of b jet and light jet (GeV)",
    "delta_eta_lj": r"$|\Delta\eta|$ of lepton and light jet",
    "delta_r_lb": r"$\Delta R$ of lepton and b jet",
    "n_jets": "number of jets",
    "sphericity": "sphericity",
}


def load_events() -> np.ndarray:
    """Return the selected events, a structured array of shape (n,) with the fields of `LABELS`.

    `process` is the place in `PROCESSES`. `weight_pb` is the cross-section in pb for which the event stands, after
    selection and b tag: the sum over a process, times `LUMINOSITY`, is the number of events expected in the data.
    Every other field is a measured quantity; `LABELS` gives its unit and the card its definition.

    Raises:
        DataError: the file is missing or altered.
    """
    return np.load(checked_path("single_top/events.npy"))
