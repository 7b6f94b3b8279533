"""What a network's answer rests on, and how far each picture of that can be trusted.

`question.py` says what is asked, `attribution.py` answers by one of `methods.py`, `gates.py` shows what the network
itself weighs; `sanity.py`, `removal.py` and `agreement.py` check the pictures, and `stability.py` asks about nearby
markings. Importing these loads no Captum; the first attribution does.
"""
