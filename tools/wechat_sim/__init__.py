"""A WeChat that can be run at home: the platform's side of the protocol, for development and tests.

It plays an Official Account (公众号), a mini program's customer service (小程序客服) and WeCom's 微信客服: the API that our
server calls, and the side that delivers customers' messages to our server. It is written from the
platform's documentation and shares no code with ``care/channels``; its cipher is pycryptodome's, the product's
is another. What it does not play: payment, template messages, OAuth, publishing, the platform's own desk.

    cipher.py      signatures and the safe mode
    accounts.py    the three accounts: secrets, mode, rights
    allowance.py   how many messages may still be sent to a customer
    tokens.py      access tokens
    people.py      customers and what their phones show
    envelope.py    the body of a delivery; the reading of a passive answer
    delivery.py    five seconds, three times
    faults.py      what is made to go wrong
    platform.py    all of it together
    api_*.py       ``/cgi-bin/…``
    control.py     ``/sim/…``: what the phone page and tests ask for
    page/          the phone
"""
