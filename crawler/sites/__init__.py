"""The crawl of sites: process, spider, one site's road, traps."""
