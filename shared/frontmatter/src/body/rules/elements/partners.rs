//! Which tags open and close an element that goes with its content (2.9.10).

use crate::body::policy::{self, Element};
use crate::markdown::html::steps::Step;
use crate::markdown::html::tokens::TokenKind;

/// The steps that open an element which goes with its content, in order, each with the step that closes it.
/// Both stand in the same container and no code between them.
pub(super) fn partners(steps: &[Step<'_>]) -> Vec<(usize, usize)> {
    let mut partners = Vec::new();
    // (frame, code seen before, name, step)
    let mut open: Vec<(usize, usize, &str, usize)> = Vec::new();
    let mut frames = vec![0_usize];
    let (mut next_frame, mut code) = (1, 0);
    for (index, step) in steps.iter().enumerate() {
        match step {
            Step::EnterContainer => {
                frames.push(next_frame);
                next_frame += 1;
            }
            Step::LeaveContainer => {
                let frame = frames.pop();
                while open.last().is_some_and(|entry| Some(entry.0) == frame) {
                    open.pop();
                }
            }
            Step::Code(_) => code += 1,
            Step::Token(placed) if placed.in_picture => {}
            Step::Token(placed) => {
                let frame = frames.last().copied().unwrap_or_default();
                match &placed.kind {
                    TokenKind::Open(tag)
                        if policy::rule(&tag.name).element == Element::Removed
                            && !tag.self_closing =>
                    {
                        open.push((frame, code, &tag.name, index));
                    }
                    TokenKind::Close(name) => {
                        if let Some(&(open_frame, open_code, open_name, open_index)) = open.last()
                            && open_name == name
                        {
                            open.pop();
                            if (open_frame, open_code) == (frame, code) {
                                partners.push((open_index, index));
                            }
                        }
                    }
                    _ => {}
                }
            }
            Step::EnterInline | Step::LeaveInline | Step::Inline(_) => {}
        }
    }
    partners.sort_unstable();
    partners
}
