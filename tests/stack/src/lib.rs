//! Tests of the deployed local stack.
