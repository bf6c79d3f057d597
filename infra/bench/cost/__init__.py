"""What the stack costs on AWS: prices times counted calls and stated assumptions. `docs/COST.md` is written from it."""
