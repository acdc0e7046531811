"""The slots that more than one topic speaks of."""

FLOW_SLOTS = (
    "task",
    "verification_code",
    "plan",
    "consent",
    "consent_code",
    "order",
    "offer",
    "device_symptom",
    "fixed",
    "step",
    "month",
    "ticket_number",
    "listed",
    "compared",
    "compare_base",
    "addon",
    "addons_shown",
    "country",
    "travel_dates",
    "trip",
    "roaming_pack",
    "top_up_number",
    "top_up_amount",
    "paid",
    "payment",
    "invoice_number",
    "invoice_months",
    "invoice_title",
    "invoice_company",
    "invoice_tax_number",
    "invoice_confirmed",
    # New numbers, closing, another owner
    "new_number",
    "number_search",
    "delivery",
    "delivery_address",
    "reservation_confirmed",
    "close_target",
    "transfer_kind",
    "transfer_confirmed",
    # Personal data
    "privacy_kind",
    "privacy_confirmed",
    # Companies
    "company",
    "enterprise_product",
    "enterprise_amount",
    "enterprise_area",
    # Broadband
    "address",
    "place",
    "covered",
    "lead",
    "broadband_offer",
    "broadband_access",
    # Appointments
    "appointment",
    "booking",
    "visit_day",
    "visit_time",
    "times",
    "appointment_number",
    "change_wish",
    "giving_up",
    # Shops
    "whereabouts",
    "store",
    "store_wish",
    "errand",
    "own_line",
    "line_task",
    "card_reason",
    "card_way",
    "keep_from",
    "keep_months",
    "spam_wish",
    "spam_number",
    # faults, outages, tickets and complaints
    "fault",
    "fault_question",
    "fault_place",
    "fault_since",
    "fault_line",
    "fault_words",
    "steps_tried",
    "outage_place",
    "ticket_consent",
    "complaint_about",
    "complaint_words",
    "inquiry",
    "disputed_charge",
)
"""What a flow collects, and must forget when it ends or gives way to another."""

WISH_SLOTS = ("wishes", "wish_offered")
"""What is still to come of a message with several wishes; outlives the flow of the first."""

YES_MEANS = "yes_means"
"""The slot with the action that a yes leads to, where a question was asked outside of forms; it counts for the next message
only (``actions/talk.py``)."""

OFFERED_TICKET = "offered_ticket"
"""The slot with the number of the ticket that such a question was about."""

WISHES_KEPT = 5
