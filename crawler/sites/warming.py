"""Imported by the process that readers are forked from: a page is read, so that what reading loads is loaded once for all."""

from crawler.reading import read_page

SENTENCE = b"<p>Questa pagina viene letta prima di tutte le altre, e quello che serve per leggerla resta in memoria.</p>"

read_page(SENTENCE, "http://localhost/", None)
