"""The words that code, data, intents and API share (the design's section 1).

Nothing here is translated or shown to a person: names of these things in a language
stand in the message catalogues.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

Topic = Literal[
    # the nine branches of ILO Convention No. 102
    "medical_care", "sickness", "unemployment", "old_age", "employment_injury",
    "family_benefit", "maternity", "invalidity", "survivors",
    # rights at work
    "wages", "minimum_wage", "deductions", "working_hours", "overtime", "weekly_rest",
    "annual_leave", "end_of_service", "contract", "document_retention", "recruitment_fees",
    "job_change", "termination", "housing", "occupational_safety", "violence_harassment",
    "forced_labour", "freedom_of_association", "discrimination",
    # crossing borders
    "social_security_agreement", "totalization", "export_of_benefits",
    "applicable_legislation", "contribution_refund", "end_of_contract_return", "death_abroad",
    # the origin country's schemes
    "welfare_fund", "voluntary_insurance", "pre_departure",
    # help
    "complaint", "hotline", "emergency", "legal_aid", "embassy",
]  # fmt: skip
Branch = Literal[
    "medical_care", "sickness", "unemployment", "old_age", "employment_injury",
    "family_benefit", "maternity", "invalidity", "survivors",
]  # fmt: skip
DialogueIntent = Literal[
    "greet", "thanks", "goodbye", "affirm", "deny", "inform", "human_handoff",
    "change_language", "delete_my_data", "out_of_scope",
]  # fmt: skip
Danger = Literal["self_harm", "violence", "confinement", "trafficking", "injury", "arrest", "stranded"]
Kind = Literal["entitlement", "obligation", "deadline", "penalty", "scheme", "complaint_channel", "warning"]
Sector = Literal[
    "domestic_work", "construction", "agriculture", "fishing", "seafaring", "manufacturing",
    "hospitality", "care_health", "transport_delivery", "platform_work", "mining",
    "cleaning_security", "retail_services",
]  # fmt: skip
Status = Literal["regular", "irregular", "refugee"]
Employment = Literal["employee", "seasonal", "informal", "self_employed", "posted"]
Principle = Literal[
    "equality_of_treatment", "applicable_legislation", "maintenance_of_acquired_rights",
    "maintenance_in_course_of_acquisition", "administrative_assistance",
]  # fmt: skip
Measure = Literal[
    "national_system", "international_labour_standard", "social_security_agreement",
    "bilateral_labour_agreement", "complementary_measure", "other_unilateral_measure",
]  # fmt: skip
ImmigrationRisk = Literal["firewall", "reports", "unknown"]
Evidence = Literal["seen", "known"]
Confidence = Literal["high", "medium", "low"]
ReviewState = Literal["drafted", "second-read", "native-reviewed"]

TOPICS: Final[tuple[str, ...]] = get_args(Topic)
BRANCHES: Final[tuple[str, ...]] = get_args(Branch)
HELP_TOPICS: Final = ("complaint", "hotline", "emergency", "legal_aid", "embassy")
DIALOGUE_INTENTS: Final[tuple[str, ...]] = get_args(DialogueIntent)
DANGERS: Final[tuple[str, ...]] = get_args(Danger)
KINDS: Final[tuple[str, ...]] = get_args(Kind)
SECTORS: Final[tuple[str, ...]] = get_args(Sector)
STATUSES: Final[tuple[str, ...]] = get_args(Status)
EMPLOYMENTS: Final[tuple[str, ...]] = get_args(Employment)
PRINCIPLES: Final[tuple[str, ...]] = get_args(Principle)
# Beside the principles: protection that a treaty promises by itself, not by comparison.
PROTECTION: Final = "protection"
MEASURES: Final[tuple[str, ...]] = get_args(Measure)
IMMIGRATION_RISKS: Final[tuple[str, ...]] = get_args(ImmigrationRisk)
LANGUAGES: Final = (
    "en", "fr", "es", "pt", "ar", "am", "sw", "hi", "ur", "bn", "ne", "si", "ta", "id", "fil", "vi",
)  # fmt: skip

# ISO 3166-1 alpha-2, and XK (Kosovo), which is user-assigned.
COUNTRIES: Final[frozenset[str]] = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()  # noqa: SIM905
)
