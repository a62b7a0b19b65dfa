//! Repositories for the tests of doors, which know nothing of git.

pub(crate) use crate::git::testing::TestRepository;
