"""The model card: a scenario told under the headings of the STRESS-DES checklist.

Source of the checklist: T. Monks, C. Currie, B. Onggo, S. Robinson, M. Kunc, S. Taylor, "Strengthening the reporting
of empirical simulation studies: introducing the STRESS guidelines", Journal of Simulation 13 (2019) 55-67.
"""
