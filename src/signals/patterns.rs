//! Compiles the tables of programs and languages into one pattern set per field.
