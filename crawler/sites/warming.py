"""Imported by the process that readers are forked from: a page is read, so that what reading loads is loaded once for all."""

from crawler.reading import read_page
from crawler.sites.forking import spare_collector

PAGE = b"""<html lang="it"><title>Acme S.r.l.</title><h1>Acme S.r.l.</h1>
<p>Questa pagina viene letta prima di tutte le altre, e quello che serve per leggerla resta in memoria. Acme, fondata nel 2001,
scrive a info@acme.example e risponde allo +39 0332 123456.</p>
<footer>Acme S.r.l. - Via Roma 1, 21100 Varese (VA) - P.IVA 01234567890 - Capitale sociale</footer></html>"""

read_page(PAGE, "http://www.acme.example/", None)
spare_collector()
