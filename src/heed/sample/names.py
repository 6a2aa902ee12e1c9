"""The fixed vocabulary of the sample operation: regions, departments, channels, topics, stages, surveys."""

REGIONS = ("north", "east", "south", "west")
DEPARTMENTS = ("service", "billing", "technical")
TEAMS = tuple(f"{region}-{department}" for region in REGIONS for department in DEPARTMENTS)
CHANNELS = ("phone", "email", "chat", "store", "app", "social")
PHONE, EMAIL, CHAT, STORE, APP, SOCIAL = range(6)
CHANNEL_SHARE = (0.46, 0.14, 0.12, 0.08, 0.15, 0.05)
TOUCHPOINTS = ("hotline", "service mail", "web chat", "shop", "self-service app", "social media")

TOPICS = (
    "billing",
    "outage",
    "router",
    "engineer_visit",
    "app_login",
    "contract",
    "port_number",
    "moving_home",
    "complaint",
)
COMPLAINT = TOPICS.index("complaint")
TOPIC_DEPARTMENT = (1, 2, 2, 2, 0, 1, 0, 0, 0)
TOPIC_SHARE = (0.24, 0.17, 0.12, 0.08, 0.11, 0.13, 0.07, 0.08)
TOPIC_HARD = (0.20, 0.50, 0.20, 0.50, 0.12, 0.20, 0.35, 0.25, 0.60)
TOPIC_HANDLE_SECONDS = (360.0, 420.0, 480.0, 420.0, 300.0, 420.0, 420.0, 400.0, 520.0)
TOPIC_CASE_SHARE = (0.16, 0.22, 0.16, 0.55, 0.05, 0.18, 0.50, 0.55, 0.60)

STAGES = ("join", "activate", "use", "bill", "move", "help")
TOPIC_STAGE = (3, 2, 2, 1, 2, 0, 1, 4, 5)

SEGMENTS = ("consumer", "family", "business")
SEGMENT_SHARE = (0.62, 0.26, 0.12)
PRODUCTS = ("fibre", "dsl", "mobile", "tv")
PRODUCT_SHARE = (0.34, 0.26, 0.30, 0.10)
LANGUAGES = ("en", "de")

SURVEYS = ("relationship", "service_check")
POST_CONTACT = "post_contact"
PILOTS = ("callback_offer", "proactive_sms", "guided_diagnosis")
DAYS = 548
ZONE = "Europe/Berlin"
SOURCE = "sample"
