"""Electronic invoices: what may be invoiced, for whom, under which number, and the document itself."""
