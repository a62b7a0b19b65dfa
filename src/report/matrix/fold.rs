//! A shorter matrix for people: components that agree are one row, and empty columns go.

use super::{CellVersion, Matrix, MatrixCell, MatrixColumn, MatrixRow};
use std::mem;

impl Matrix {
    /// Merges the components of an app that run the same versions in the same places into one row.
    /// If all agree, the row has the name of the app.
    pub fn fold_components(self) -> Matrix {
        let mut rows: Vec<MatrixRow> = Vec::new();
        let mut rest = self.rows;
        while !rest.is_empty() {
            let end = rest.iter().position(|row| row.app != rest[0].app).unwrap_or(rest.len());
            let later = rest.split_off(end);
            rows.extend(fold_app(mem::replace(&mut rest, later)));
        }
        Matrix { rows, ..self }
    }

    /// Removes the columns in which nothing runs, and returns them.
    pub fn take_empty_columns(&mut self) -> Vec<MatrixColumn> {
        let is_used = |at: usize| self.rows.iter().any(|row| !row.cells[at].running.is_empty());
        let used: Vec<bool> = (0..self.columns.len()).map(is_used).collect();
        let mut taken = Vec::new();
        let mut kept = Vec::new();
        for (column, used) in self.columns.drain(..).zip(&used) {
            if *used { &mut kept } else { &mut taken }.push(column);
        }
        self.columns = kept;
        for row in &mut self.rows {
            let mut used = used.iter();
            row.cells.retain(|_| used.next().is_some_and(|used| *used));
        }
        taken
    }
}

/// Folds the rows of one app.
fn fold_app(rows: Vec<MatrixRow>) -> Vec<MatrixRow> {
    let count = rows.len();
    let mut groups: Vec<(MatrixRow, usize)> = Vec::new();
    for row in rows {
        match groups.iter_mut().find(|(first, _)| runs_alike(first, &row)) {
            Some((first, members)) => {
                merge_ages(first, &row);
                *members += 1;
            }
            None => groups.push((row, 1)),
        }
    }
    let name = |(mut row, members): (MatrixRow, usize)| {
        if members == count && count > 1 {
            row.name = row.app.to_string();
        } else if members > 1 {
            row.name = format!("{} +{}", row.name, members - 1);
        }
        row
    };
    groups.into_iter().map(name).collect()
}

fn runs_alike(a: &MatrixRow, b: &MatrixRow) -> bool {
    let same_version = |(x, y): (&CellVersion, &CellVersion)| {
        x.version == y.version && x.app_version == y.app_version && x.targets == y.targets
    };
    let same_cell = |(x, y): (&MatrixCell, &MatrixCell)| {
        x.differs == y.differs
            && x.running.len() == y.running.len()
            && x.running.iter().zip(&y.running).all(same_version)
    };
    a.cells.iter().zip(&b.cells).all(same_cell)
}

/// Takes the later arrival of two rows that run the same.
fn merge_ages(row: &mut MatrixRow, other: &MatrixRow) {
    for (cell, other) in row.cells.iter_mut().zip(&other.cells) {
        for (running, other) in cell.running.iter_mut().zip(&other.running) {
            running.since = running.since.max(other.since);
            super::merge_marks(&mut running.live, other.live.as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::status;
    use super::*;

    fn names(lines: &[&str]) -> Vec<String> {
        let matrix = Matrix::new(&status(&["dev", "prod"], lines), false).fold_components();
        matrix.rows.into_iter().map(|row| row.name).collect()
    }

    #[test]
    fn components_that_agree_are_one_row() {
        let lines = ["api/main dev v1", "api/main prod v1", "api/job dev v1", "api/job prod v1"];
        assert_eq!(names(&lines), ["api"]);
        let lines = ["api/a dev v1", "api/b dev v1", "api/c dev v2", "web dev v1"];
        assert_eq!(names(&lines), ["api/a +1", "api/c", "web"]);
        let lines = ["api/a dev v1", "api/b prod v1"];
        assert_eq!(names(&lines), ["api/a", "api/b"], "the same version, but elsewhere");
    }

    #[test]
    fn columns_without_a_version_go() {
        let mut matrix =
            Matrix::new(&status(&["dev", "staging", "prod"], &["a dev v1", "a prod v1"]), false);
        let taken = matrix.take_empty_columns();
        assert_eq!(
            taken.iter().map(|column| column.stage.as_str()).collect::<Vec<_>>(),
            ["staging"]
        );
        assert_eq!((matrix.columns.len(), matrix.rows[0].cells.len()), (2, 2));
    }
}
