"""Understanding: Rasa graph components for Chinese, and the plain modules they are made of.

The components, named by module path in ``config.yml``, work in any Rasa 3.6 project:

``bot.nlu.tokenizer.LexiconTokenizer``
    spaCy and jieba words, with the catalogue's names kept whole.
``bot.nlu.lexicon_extractor.LexiconEntityExtractor``
    what the catalogue names, by spaCy's span ruler on characters.
``bot.nlu.value_extractor.ValueEntityExtractor``
    numbers, months, days, money, data and addresses as normalised values.
``bot.nlu.intent_classifier.HybridIntentClassifier``
    character and word n-grams beside sentence vectors, under linear support vector machines; two wishes in one message.
``bot.nlu.whole_value.WholeValueClassifier``
    a message that is one value and nothing else is an answer.
``bot.nlu.bare_topic.BareTopicClassifier``
    a message that is a topic and nothing else is the topic's commonest wish, to be asked back.

Nothing is imported here: the plain modules (``fold``, ``lexicon``, ``values`` …) are used without Rasa.
"""
