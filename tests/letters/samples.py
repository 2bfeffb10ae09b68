"""What a worker could tell, in every language of the assistant."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.letters.letter import LetterFacts

# On purpose with letters that join, with marks over and under them, numbers and names in Latin letters.
OWN_WORDS = {
    "en": "He did not pay me for 3 months. He keeps my passport.",
    "fr": "Il ne m'a pas payé depuis l'été. Où est mon salaire ? Ça suffit : c'est 1\u202f500 €.",
    "es": "¿Por qué no me pagó? Mañana será el tercer mes. ¡Ayúdeme!",
    "pt": "Não recebi o salário há três meses. A situação é difícil.",
    "ar": 'لم يدفع لي راتبي منذ 3 أشهر (من 2023). شركة Example LLC أخذت جواز سفري: "انتظر"!',
    "am": "አሠሪዬ ለሦስት ወር ደመወዝ አልከፈለኝም። ፓስፖርቴን ወስዶብኛል፤ ስልክ፡ 0911፣ ብር 4,500",
    "sw": "Mwajiri wangu hajanilipa mshahara kwa miezi mitatu, na ng'ambo sina mtu.",
    "hi": "मालिक ने मुझे 3 महीने से वेतन नहीं दिया। श्रम कार्यालय, क्षतिपूर्ति, स्त्री, ज्ञान, कृपया, हृदय।",
    "ur": "میرے مالک نے 3 مہینے سے تنخواہ نہیں دی۔ Example LLC نے پاسپورٹ رکھ لیا، بے\u200cروزگار ہوں؛ ٹھو۔",
    "bn": "মালিক ৩ মাস ধরে বেতন দেয়নি। ক্ষতিপূরণ, শ্রমিক, স্বাস্থ্য, র\u200d্যাব, কর্তৃপক্ষ, উজ্জ্বল, বাঁচাও।",
    "ne": "मालिकले ३ महिनादेखि तलब दिएको छैन। काठमाडौँबाट हुँ, श्रम स्वीकृति, क्षेत्र, गर\u200d्यो।",
    "si": "හාම්පුතා මාස 3ක වැටුප් ගෙව්වේ නැහැ. ශ්\u200dරී ලංකාව, ක්\u200dරමය, කර්\u200dමාන්ත, විද්\u200dයාව, ඥාති.",
    "ta": "முதலாளி 3 மாதங்களாக சம்பளம் தரவில்லை. ஸ்ரீ லங்கா, கொடுத்தார், க்ஷ, நௌகா, யூனியன்.",
    "id": "Majikan saya tidak membayar gaji selama 3 bulan.",
    "fil": "Hindi ako sinuwelduhan nang 3 buwan. Nasa kanya ang pasaporte ko, ₱4,500.",
    "vi": "Chủ không trả lương 3 tháng. Họ giữ hộ chiếu. Ặ ẫ ỡ ữ ợ ề ễ đ Đ ỷ, quyền lợi.",
}


def facts(**told: Any) -> LetterFacts:
    """Facts of which all were told; what is given here replaces them."""
    everything: dict[str, Any] = {
        "topic": "wages",
        "destination": "QA",
        "day": date(2026, 11, 22),
        "office": "Labour Relations Office",
        "worker": "Worker Name",
        "employer": "Example LLC",
        "workplace": "Camp 7",
        "started": "1 May 2023",
        "ended": "2 June 2024",
        "job": "construction",
        "happened": OWN_WORDS["en"],
        "wants": "Pay me what is mine.",
        "amount": "QAR 4,500",
        "grounds": (("Wages are paid every month.", "Law 14/2004, art. 66"),),
        "evidence": ("pay slips", "messages"),
    }
    return LetterFacts(**{**everything, **told})
