"""Every output by its topic; what is rejected goes out as it came, with headers."""

from typing import Final

import msgspec

from schemas.outputs.at_risk import AtRisk
from schemas.outputs.contacts_due import ContactDue
from schemas.outputs.customer_values import CustomerValue
from schemas.outputs.cutoffs import TierCutoffs
from schemas.outputs.erasures import Erasure
from schemas.outputs.histograms import ValueHistogram
from schemas.outputs.records import (
    AT_RISK,
    CONTACTS_DUE,
    CUSTOMER_VALUES,
    CUTOFFS,
    ERASURES,
    HISTOGRAMS,
    TIER_CHANGES,
)
from schemas.outputs.tier_changes import TierChange

OUTPUTS: Final[dict[str, type[msgspec.Struct]]] = {
    TIER_CHANGES: TierChange,
    AT_RISK: AtRisk,
    CONTACTS_DUE: ContactDue,
    CUTOFFS: TierCutoffs,
    HISTOGRAMS: ValueHistogram,
    ERASURES: Erasure,
    CUSTOMER_VALUES: CustomerValue,
}
