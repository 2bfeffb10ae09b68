"""What the words of the vocabulary are called: plain English, said in a language by the catalogue."""

from __future__ import annotations

from bot.answers.translations import Translator

TOPIC_NAMES = {
    "medical_care": "doctor and hospital",
    "sickness": "pay when you are sick",
    "unemployment": "money when you lose your job",
    "old_age": "old-age pension",
    "employment_injury": "injury or illness from work",
    "family_benefit": "family and child benefits",
    "maternity": "having a baby",
    "invalidity": "when you can no longer work",
    "survivors": "money for the family after a death",
    "wages": "unpaid or late wages",
    "minimum_wage": "minimum wage",
    "deductions": "money taken from your pay",
    "working_hours": "working hours",
    "overtime": "overtime pay",
    "weekly_rest": "weekly rest day",
    "annual_leave": "paid leave",
    "end_of_service": "money at the end of the job",
    "contract": "work contract",
    "document_retention": "passport or papers held",
    "recruitment_fees": "recruitment fees",
    "job_change": "changing employer and leaving the country",
    "termination": "dismissal and notice",
    "housing": "housing and food",
    "occupational_safety": "safety and heat at work",
    "violence_harassment": "violence and harassment",
    "forced_labour": "forced labour and trafficking",
    "freedom_of_association": "unions",
    "discrimination": "equal treatment",
    "social_security_agreement": "agreements between countries",
    "totalization": "adding up years of two countries",
    "export_of_benefits": "benefits paid in another country",
    "applicable_legislation": "in which country you pay contributions",
    "contribution_refund": "getting contributions back",
    "end_of_contract_return": "going home",
    "death_abroad": "death abroad",
    "welfare_fund": "welfare fund at home",
    "voluntary_insurance": "insurance at home while abroad",
    "pre_departure": "before you leave home",
    "complaint": "how to complain",
    "hotline": "a number to call",
    "emergency": "emergency",
    "legal_aid": "free legal help",
    "embassy": "your embassy",
}

RISK_TEXTS = {
    "firewall": "They do not pass your data to the immigration office.",
    "reports": "Careful: they may tell the immigration office about people without papers.",
    "unknown": "We do not know if they tell the immigration office about people without papers.",
}

CHANNEL_NAMES = {
    "phone": "phone",
    "sms": "text message",
    "whatsapp": "WhatsApp",
    "viber": "Viber",
    "telegram": "Telegram",
    "imo": "imo",
    "signal": "Signal",
    "facebook": "Facebook",
    "email": "e-mail",
    "web": "website",
    "app": "app",
    "office": "office",
    "form": "form",
}

SERVICE_NAMES = {"police": "police", "ambulance": "ambulance", "fire": "fire brigade"}

STATUS_NAMES = {
    "regular": "with valid papers",
    "irregular": "without valid papers",
    "refugee": "refugee or asylum seeker",
}


WAY_TEXTS = {
    "other_law": "use the other rights named here",
    "treaty": "use the treaty or agreement named here",
    "home_scheme": "use your home country's scheme named here",
    "refund": "ask for your contributions back",
    "advice": "ask a union, an aid group or legal aid",
    "embassy": "ask your embassy",
}


def topic_name(topic: str, t: Translator) -> str:
    """What a topic is called."""
    return t.pgettext("topic", TOPIC_NAMES[topic])


def way_name(way: str, t: Translator) -> str:
    """Something that can still be done, as it stands after "you can still"."""
    return t.pgettext("way", WAY_TEXTS[way])


def risk_text(risk: str, t: Translator) -> str:
    """What a channel does with data about people without papers."""
    return t.gettext(RISK_TEXTS[risk])


def channel_name(channel: str, t: Translator) -> str:
    """What a way of reaching somebody is called."""
    return t.pgettext("channel", CHANNEL_NAMES[channel])


def service_name(service: str, t: Translator) -> str:
    """What an emergency service is called."""
    return t.pgettext("service", SERVICE_NAMES[service])
