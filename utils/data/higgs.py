"""H → ττ, Z → ττ and W + jets at 8 TeV: events of the generator Pythia, in a simple detector."""

from __future__ import annotations

import numpy as np

from utils.data import checked_path

PROCESSES = (r"$H \to \tau\tau$", r"$Z \to \tau\tau$", "W + jets")
LUMINOSITY = 20.0  # fb⁻¹, the data of 2012
LABELS = {
    "process": "process",
    "weight_fb": "cross-section of the event (fb)",
    "lepton_pt": "transverse momentum of the lepton (GeV)",
    "tau_pt": r"visible transverse momentum of the hadronic $\tau$ (GeV)",
    "met": "missing transverse momentum (GeV)",
    "m_vis": r"visible mass of lepton and $\tau$ (GeV)",
    "m_coll": r"collinear mass of $\tau\tau$ (GeV)",
    "m_tautau": r"likelihood mass $m_{\tau\tau}$ (GeV)",
    "mt": "transverse mass of lepton and missing momentum (GeV)",
    "pt_h": "transverse momentum of the Higgs candidate (GeV)",
    "delta_r_lt": r"$\Delta R$ of lepton and $\tau$",
    "delta_eta_lt": r"$|\Delta\eta|$ of lepton and $\tau$",
    "met_centrality": "centrality of the missing momentum",
    "pt_ratio": r"$p_T$ of the lepton / $p_T$ of the $\tau$",
    "sum_pt": r"scalar sum of $p_T$ (GeV)",
    "pt_total": r"$|\sum \vec{p}_T|$ of all objects (GeV)",
    "n_jets": "number of jets",
    "jet1_pt": "transverse momentum of the first jet (GeV)",
    "jet2_pt": "transverse momentum of the second jet (GeV)",
    "m_jj": "mass of the two first jets (GeV)",
    "delta_eta_jj": r"$|\Delta\eta|$ of the two first jets",
    "lepton_centrality": r"centrality of the lepton in $\eta$ between the jets",
}


def load_events() -> np.ndarray:
    """Return the selected events, a structured array of shape (n,) with the fields of `LABELS`.

    `process` is the place in `PROCESSES`. `weight_fb` is the cross-section in fb for which the event stands: the sum
    over a process, times `LUMINOSITY`, is the number of events expected in the data. Every other field is a measured
    quantity; `LABELS` gives its unit and the card its definition. What does not exist, such as the mass of two
    jets in an event with one, is 0.

    Raises:
        DataError: the file is missing or altered.
    """
    return np.load(checked_path("higgs_tautau/events.npy"))
