//! Links an answer to the mail in Sent that it answers. Pure.
