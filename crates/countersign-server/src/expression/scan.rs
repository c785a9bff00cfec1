//! What an expression names: every variable and function must be known, every column is remembered.

use std::sync::Arc;

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::{Context, ExecutionError, Program, Value};

use super::{Column, ENVIRONMENT, Scope};

/// The columns of `user` that a program names, in the order of the text.
pub(super) fn columns(program: &Program, scope: Scope) -> Result<Vec<Column>, String> {
    let mut scan = Scan { program, scope, bound: Vec::new(), columns: Vec::new() };
    scan.expression(program.expression())?;
    scan.columns.sort_by_key(|column| column.position);
    Ok(scan.columns)
}

struct Scan<'a> {
    program: &'a Program,
    scope: Scope,
    /// The names that the macro around here gives to things.
    bound: Vec<&'a str>,
    columns: Vec<Column>,
}

impl<'a> Scan<'a> {
    fn expression(&mut self, node: &'a IdedExpr) -> Result<(), String> {
        match &node.expr {
            Expr::Call(call) => self.call(node, call),
            Expr::Comprehension(macros) => self.comprehension(node, macros),
            Expr::Ident(name) => self.variable(node, name),
            Expr::List(list) => list.elements.iter().try_for_each(|element| self.expression(element)),
            Expr::Literal(_) => Ok(()),
            Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => {
                    self.expression(&entry.key)?;
                    self.expression(&entry.value)
                }
                EntryExpr::StructField(_) => Err(self.fault(node, MEANINGLESS)),
            }),
            Expr::Select(select) if self.is_user(&select.operand) => {
                self.column(&select.operand, &select.field);
                Ok(())
            }
            Expr::Select(select) => self.expression(&select.operand),
            Expr::Struct(_) | Expr::Unspecified => Err(self.fault(node, MEANINGLESS)),
        }
    }

    fn call(&mut self, node: &'a IdedExpr, call: &'a CallExpr) -> Result<(), String> {
        if let ("_[_]", [user, key]) = (call.func_name.as_str(), call.args.as_slice())
            && self.is_user(user)
        {
            let Expr::Literal(LiteralValue::String(name)) = &key.expr else {
                return Err(self.fault(user, WHOLE_USER));
            };
            self.column(user, name.inner());
            return Ok(());
        }
        // In `optional.of(1)` the first word is a part of the function's name.
        let namespace = call.target.as_deref().filter(|target| match &target.expr {
            Expr::Ident(name) => !self.is_seen(name),
            _ => false,
        });
        if is_unknown(call, namespace) {
            return Err(self.fault(node, "names a function that CEL does not have, or an unknown variable"));
        }
        if let (Some(target), None) = (call.target.as_deref(), namespace) {
            self.expression(target)?;
        }
        call.args.iter().try_for_each(|argument| self.expression(argument))
    }

    /// `all`, `exists`, `exists_one`, `filter`, `map`: loops, none of them in another.
    fn comprehension(&mut self, node: &'a IdedExpr, macros: &'a ComprehensionExpr) -> Result<(), String> {
        if !self.bound.is_empty() {
            return Err(
                self.fault(node, "has a macro in a macro, and only one can be computed within bounds")
            );
        }
        self.bound = vec![macros.iter_var.as_str(), macros.accu_var.as_str()];
        self.bound.extend(macros.iter_var2.as_deref());
        for part in
            [&macros.iter_range, &macros.accu_init, &macros.loop_cond, &macros.loop_step, &macros.result]
        {
            self.expression(part)?;
        }
        self.bound.clear();
        Ok(())
    }

    fn variable(&self, node: &IdedExpr, name: &str) -> Result<(), String> {
        if name == "user" && self.scope.user && !self.bound.contains(&name) {
            return Err(self.fault(node, WHOLE_USER));
        }
        if self.is_seen(name) || TYPES.contains(&name) {
            return Ok(());
        }
        let seen = self.scope.names();
        Err(self.fault(node, &format!("names something that it cannot see: it sees {seen} alone")))
    }

    fn is_user(&self, node: &IdedExpr) -> bool {
        self.scope.user
            && matches!(&node.expr, Expr::Ident(name) if name == "user" && !self.bound.contains(&"user"))
    }

    fn is_seen(&self, name: &str) -> bool {
        let Scope { user, payload, numbers } = self.scope;
        (user && name == "user")
            || (payload && name == "payload")
            || self.bound.contains(&name)
            || numbers.contains(&name)
    }

    fn column(&mut self, user: &IdedExpr, name: &str) {
        let position = self.position(user);
        self.columns.push(Column { name: name.to_owned(), position });
    }

    fn fault(&self, node: &IdedExpr, what: &str) -> String {
        format!("{what}, at character {}; see Expressions in docs/settings.md", self.position(node))
    }

    /// From 1 on. A call is where its operator or parenthesis is, what a macro makes is where the macro is.
    fn position(&self, node: &IdedExpr) -> usize {
        let source = self.program.source_info();
        let offset = source.offset_for(node.id).and_then(|(start, _)| usize::try_from(start).ok());
        // The parser counts bytes.
        let before = source.source.get(..offset.unwrap_or_default()).unwrap_or_default();
        before.chars().count() + 1
    }
}

/// Whether CEL has no such function: it is called with nothing that any function takes, and says whether it is one.
fn is_unknown(call: &CallExpr, namespace: Option<&IdedExpr>) -> bool {
    let null = || IdedExpr { id: 0, expr: Expr::Literal(LiteralValue::Null) };
    // What a macro makes of itself is not asked for: it is never written.
    if call.func_name.starts_with('@') {
        return false;
    }
    let target = call.target.as_ref().map(|_| Box::new(namespace.cloned().unwrap_or_else(null)));
    let args = call.args.iter().map(|_| null()).collect();
    let asked = Expr::Call(CallExpr { func_name: call.func_name.clone(), target, args });
    let context = Context::with_env(Arc::clone(&ENVIRONMENT));
    let answer = Value::resolve(&IdedExpr { id: 0, expr: asked }, &context);
    matches!(answer, Err(ExecutionError::UndeclaredReference(_)))
}

const WHOLE_USER: &str =
    "names the user as a whole, where a column must be named, as in user.email or user[\"email\"]";
const MEANINGLESS: &str = "makes a value of a type that is not known here";
/// The names of CEL's types, for `type(user.id) == int`.
const TYPES: [&str; 10] =
    ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];
