//! Which documents have most of the words of a question: BM25 (Robertson and Zaragoza, Foundations and Trends in Information
//! Retrieval 3:333, 2009).

/// Saturation and length terms, as the authors recommend.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// A document that has a word of the question.
#[derive(Debug)]
pub(super) struct Ranked {
    /// Index of the document.
    pub(super) idx: usize,
    score: f64,
    /// The part of the question's words that it has, each weighted by its rarity: 0 to 1.
    pub(super) cover: f64,
}

/// The documents with any of the words, the best first; of equals the earlier.
pub(super) fn ranked(documents: &[Vec<String>], terms: &[String]) -> Vec<Ranked> {
    let n = documents.len() as f64;
    let n_words: usize = documents.iter().map(Vec::len).sum();
    let mean = (n_words as f64 / n.max(1.0)).max(1.0);
    let rarity = |term: &String| {
        let n_with = documents.iter().filter(|it| it.contains(term)).count() as f64;
        (1.0 + (n - n_with + 0.5) / (n_with + 0.5)).ln()
    };
    let terms: Vec<(&String, f64)> = terms.iter().map(|it| (it, rarity(it))).collect();
    let all: f64 = terms.iter().map(|it| it.1).sum();
    let mut ranked = Vec::new();
    for (idx, document) in documents.iter().enumerate() {
        let length = 1.0 - B + B * document.len() as f64 / mean;
        let (mut score, mut cover) = (0.0, 0.0);
        for (term, rarity) in &terms {
            let n_times = document.iter().filter(|it| it == term).count() as f64;
            if 0.0 < n_times {
                score += rarity * n_times * (K1 + 1.0) / (n_times + K1 * length);
                cover += rarity / all;
            }
        }
        if 0.0 < score {
            ranked.push(Ranked { idx, score, cover });
        }
    }
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.idx.cmp(&b.idx)));
    ranked
}

#[cfg(test)]
mod tests {
    use super::ranked;

    #[test]
    fn the_rarer_word_and_the_shorter_document_win() {
        let documents = [
            "the cough",
            "the gout",
            "the gout of the old man",
            "the man",
        ];
        let documents: Vec<Vec<String>> = documents
            .iter()
            .map(|it| it.split(' ').map(str::to_owned).collect())
            .collect();
        let terms = ["the", "gout"].map(str::to_owned);
        let order: Vec<usize> = ranked(&documents, &terms).iter().map(|it| it.idx).collect();
        assert_eq!(order, [1, 2, 0, 3]);
        // By hand: idf(the) = ln(1 + 0.5/4.5), idf(gout) = ln 2; the second document has both.
        let best = &ranked(&documents, &terms)[0];
        assert!((best.cover - 1.0).abs() < 1e-12);
        assert!(ranked(&documents, &["asthma".to_owned()]).is_empty());
    }
}
