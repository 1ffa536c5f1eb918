//! Whether HTML is what a reader of it can take.
//!
//! By a browser's rules a `<b>` that nobody closes is opened anew in each block that follows, so that a few kilobytes can be gigabytes of
//! elements; and every tag looks through all that are open. Nobody can tell from the tags alone: so the parser that the sanitiser uses
//! is run beforehand, piece by piece, and builds nothing. It is given up as soon as it would have built too much.

use std::{borrow::Cow, cell::Cell, rc::Rc};

use html5ever::{
    Attribute, ExpandedName, ParseOpts, QualName, local_name, ns, parse_fragment,
    tendril::{StrTendril, TendrilSink},
    tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
};

/// Elements within each other at most.
const DEEP: usize = 200;
/// Elements beyond two for each tag: a page has a `<b>` or two that runs on.
const ROOM: usize = 10_000;
/// Bytes that are parsed before it is looked at again.
const PIECE: usize = 1024;

/// Whether HTML is nested within reason, and has about as many elements as it has tags.
pub(super) fn is_calm(html: &str) -> bool {
    let most = ROOM + 2 * html.matches('<').count();
    let div = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = parse_fragment(Counter::default(), ParseOpts::default(), div, Vec::new(), false);
    let mut rest = html;
    while !rest.is_empty() {
        let (piece, left) = rest.split_at(rest.floor_char_boundary(PIECE).max(1));
        parser.process(StrTendril::from(piece));
        let counter = &parser.tokenizer.sink.sink;
        if counter.made.get() > most || counter.deepest.get() + counter.moved.get() > DEEP {
            return false;
        }
        rest = left;
    }
    true
}

/// What would be built.
#[derive(Default)]
struct Counter {
    made: Cell<usize>,
    deepest: Cell<usize>,
    /// How often what an element holds was put into another: each time, something may lie one deeper than we know.
    moved: Cell<usize>,
}

/// An element as far as the parser asks for it, and how deep it lies.
struct Element {
    name: QualName,
    depth: Cell<usize>,
}

impl Counter {
    fn lay(&self, parent: &Rc<Element>, child: NodeOrText<Rc<Element>>) {
        if let NodeOrText::AppendNode(child) = child {
            child.depth.set(parent.depth.get() + 1);
            self.deepest.set(self.deepest.get().max(child.depth.get()));
        }
    }

    fn node(name: QualName) -> Rc<Element> {
        Rc::new(Element { name, depth: Cell::new(0) })
    }

    /// What is no element, and is never asked for its name.
    fn nameless() -> Rc<Element> {
        Self::node(QualName::new(None, ns!(), local_name!("")))
    }
}

impl TreeSink for Counter {
    type Handle = Rc<Element>;
    type Output = Self;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Rc<Element> {
        Self::nameless()
    }

    fn elem_name<'a>(&'a self, target: &'a Rc<Element>) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> Rc<Element> {
        self.made.set(self.made.get() + 1);
        Self::node(name)
    }

    fn create_comment(&self, _: StrTendril) -> Rc<Element> {
        Self::nameless()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Rc<Element> {
        Self::nameless()
    }

    fn append(&self, parent: &Rc<Element>, child: NodeOrText<Rc<Element>>) {
        self.lay(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &Rc<Element>, _: &Rc<Element>, child: NodeOrText<Rc<Element>>) {
        self.lay(element, child);
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Rc<Element>) -> Rc<Element> {
        Rc::clone(target)
    }

    fn same_node(&self, x: &Rc<Element>, y: &Rc<Element>) -> bool {
        Rc::ptr_eq(x, y)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Rc<Element>, node: NodeOrText<Rc<Element>>) {
        self.lay(sibling, node);
    }

    fn add_attrs_if_missing(&self, _: &Rc<Element>, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, _: &Rc<Element>) {}

    fn reparent_children(&self, _: &Rc<Element>, _: &Rc<Element>) {
        self.moved.set(self.moved.get() + 1);
    }
}
