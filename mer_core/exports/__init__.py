"""An analysis as files that other programs read, one module a format; `mer_core.exports.formats` lists them."""

from mer_core.exports.analysis_file import analysis_json
from mer_core.exports.boris import boris_tsv
from mer_core.exports.curve_csv import curve_csv
from mer_core.exports.elan import elan_eaf
from mer_core.exports.long_csv import long_csv

__all__ = ["analysis_json", "boris_tsv", "curve_csv", "elan_eaf", "long_csv"]
