"""The local stack: AI Magic Edits on one machine, deployed from the same `template.yaml` that AWS gets."""
