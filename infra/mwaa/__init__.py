"""Rules of MWAA that are checked before a deployment. MWAA itself reports a broken rule 20 to 40 minutes later."""
