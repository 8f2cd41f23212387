"""The figures of taught models: what minutes of speech do for the word error rate, as a table and as a picture."""
