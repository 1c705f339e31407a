use std::collections::BTreeSet;

use serde::Serialize;

use super::vector_details::VectorDetails;
use crate::report::RequirementTitle;

/// The full text of a requirement, to which its failures link.
#[derive(Debug, Serialize)]
pub(super) struct RequirementText<'r> {
    id: &'r str,
    title: &'r str,
    blocks: Vec<TextBlock>,
}

/// A piece of Markdown.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct TextBlock {
    kind: BlockKind,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum BlockKind {
    Paragraph,
    Item,
    Code,
}

/// Returns the requirements that cases name, in the order of the specification.
pub(super) fn texts<'r>(
    requirements: &'r [RequirementTitle],
    cases: &[VectorDetails],
) -> Vec<RequirementText<'r>> {
    let named: BTreeSet<_> = cases.iter().map(|case| case.requirement.as_str()).collect();
    let shown = requirements
        .iter()
        .filter(|it| named.contains(it.id.as_str()));
    let mut seen = BTreeSet::new();
    let texts = shown
        .filter(|it| seen.insert(&it.id))
        .map(|requirement| RequirementText {
            id: &requirement.id,
            title: &requirement.title,
            blocks: blocks(&requirement.text),
        });
    texts.collect()
}

/// Splits Markdown into paragraphs, items of lists, and code. Tables become code.
fn blocks(text: &str) -> Vec<TextBlock> {
    let mut blocks = Vec::<TextBlock>::new();
    let mut is_code = false;
    let mut is_new = true;
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
            is_new = true;
            continue;
        }
        if line.trim().is_empty() && !is_code {
            is_new = true;
            continue;
        }
        let (kind, shown) = match line.strip_prefix("- ") {
            _ if is_code || line.starts_with('|') => (BlockKind::Code, line),
            Some(item) => (BlockKind::Item, item),
            None => (BlockKind::Paragraph, line.trim()),
        };
        let is_new_item = kind == BlockKind::Item;
        match blocks.last_mut() {
            Some(last) if !is_new && kind == BlockKind::Code && last.kind == kind => {
                last.text.push('\n');
                last.text.push_str(shown);
            }
            Some(last)
                if !is_new
                    && !is_new_item
                    && kind != BlockKind::Code
                    && last.kind != BlockKind::Code =>
            {
                last.text.push(' ');
                last.text.push_str(shown);
            }
            _ => blocks.push(TextBlock {
                kind,
                text: shown.into(),
            }),
        }
        is_new = false;
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_paragraphs_items_and_code() {
        let text = "one\ntwo\n\n- a\n  b\n- c\n\n```\nx\n\ny\n```\n\n| t |\n| - |\n";
        let blocks: Vec<_> = blocks(text)
            .into_iter()
            .map(|block| (block.kind, block.text))
            .collect();
        let expected = [
            (BlockKind::Paragraph, "one two"),
            (BlockKind::Item, "a b"),
            (BlockKind::Item, "c"),
            (BlockKind::Code, "x\n\ny"),
            (BlockKind::Code, "| t |\n| - |"),
        ];
        assert_eq!(blocks, expected.map(|(kind, text)| (kind, text.into())));
    }
}
