//! The engines, each made ready with the rules and the leads.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use a_tree::{ATree, AttributeDefinition, Event};
use cedar_policy::{Authorizer, Context, Entities, EntityUid, Policy, PolicyId, PolicySet, Request};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use turf::data::{DataFile, FileKind, Input, RecordReader, Row};
use turf::decide::{Engine, begin};
use turf::model::{Record, ReferenceData, Schema, Tables};
use turf::state::State;
use turf::text::{SourceFile, Sources};
use turf::workspace::{Draft, Materials};
use zen_engine::model::DecisionContent;
use zen_engine::{Decision, DecisionEngine};

use crate::dialect::{A_TREE, CEDAR, CEL, REGO, SQL, ZEN};
use crate::workload::{self, Lead, Rule, first_match};

/// An engine with the rules and the leads.
pub trait Peer {
    /// Finds the first rule for each of some leads.
    fn ask(&mut self, leads: Range<usize>) -> Vec<Option<usize>>;

    /// How many leads it is asked about at once.
    fn at_once(&self) -> usize {
        1
    }

    /// About how much slower than a scan by hand it is, so that the check ends.
    fn slowness(&self) -> usize {
        1
    }
}

type Made = Result<Box<dyn Peer>, String>;

/// All engines; turf first.
pub fn all() -> Vec<(&'static str, fn(&[Rule], &[Lead]) -> Made)> {
    vec![
        ("turf, first rule by index", |rules, leads| Ok(Box::new(Turf::new(rules, leads)))),
        ("scan by hand", |rules, leads| Ok(Box::new(ByHand(rules.to_vec(), leads.to_vec())))),
        ("A-Tree 0.6", a_tree),
        ("ZEN 2.1, decision table", zen),
        ("SQLite, generated CASE", sqlite),
        ("CEL 0.15, rule by rule", cel),
        ("regorus 0.14, else chain", rego),
        ("Cedar 4.14, all policies", cedar),
    ]
}

fn words(error: impl std::fmt::Display) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().chars().take(100).collect()
}

/// A number, or -1 for none.
fn number(n: Option<u64>) -> i64 {
    n.map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX))
}

/// The fields of a lead that are texts, and those that are numbers.
fn fields(lead: &Lead) -> ([(&'static str, &str); 8], [(&'static str, i64); 4]) {
    (
        [
            ("company", &lead.company),
            ("country", lead.country),
            ("state", lead.state),
            ("postal", &lead.postal),
            ("industry", lead.industry),
            ("source", lead.source),
            ("language", lead.language),
            ("domain", &lead.domain),
        ],
        [
            ("employees", number(lead.employees.map(u64::from))),
            ("revenue", number(lead.revenue)),
            ("score", number(lead.score.map(u64::from))),
            ("created", number(Some(lead.created))),
        ],
    )
}

fn as_json(lead: &Lead) -> Value {
    let (texts, numbers) = fields(lead);
    let mut object: serde_json::Map<String, Value> = texts.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
    object.extend(numbers.into_iter().map(|(name, number)| (name.to_owned(), number.into())));
    object.insert("title".to_owned(), lead.title.into());
    object.insert("products".to_owned(), lead.products.clone().into());
    object.into()
}

struct ByHand(Vec<Rule>, Vec<Lead>);

impl Peer for ByHand {
    fn ask(&mut self, leads: Range<usize>) -> Vec<Option<usize>> {
        leads.map(|at| first_match(&self.0, &self.1[at])).collect()
    }
}

struct Turf {
    engine: Engine<'static>,
    plan: &'static turf::plan::Plan,
    records: Vec<Record>,
    state: State,
}

impl Turf {
    fn new(rules: &[Rule], leads: &[Lead]) -> Self {
        let draft = Draft::new(Sources::new(vec![SourceFile::new("rules.turf", &workload::book_text(rules))]));
        let records = |schema: &Schema, kind: &str, csv: Vec<u8>| -> Vec<Record> {
            let input = Input::new(std::io::Cursor::new(csv), "made.csv", FileKind::Csv).expect("text");
            let kind = schema.find(kind).expect("declared");
            let reader = RecordReader::open(input, schema, kind, &DataFile::default(), &TimeZone::UTC).expect("columns");
            let row = |row| if let Row::Record(record) = row { record } else { panic!("{row:?}") };
            reader.map(|next| row(next.expect("a row"))).collect()
        };
        let reps = records(&draft.schema, "rep", workload::reps_csv().into_bytes());
        let kind = draft.schema.find("rep").expect("declared");
        let reps: BTreeMap<Arc<str>, Record> = reps.into_iter().map(|r| (r.key.clone(), r)).collect();
        let materials = Materials {
            name: "peers".to_owned(),
            zone: TimeZone::UTC,
            tables: Tables::new(),
            data: ReferenceData { records: BTreeMap::from([(kind, reps)]), ..ReferenceData::default() },
            findings: Vec::new(),
            settings: Default::default(),
        };
        // Lives as long as the process: the engine borrows it.
        let plan = Box::leak(Box::new(draft.finish(materials).plan.expect("a sound book")));
        let mut csv = Vec::new();
        workload::write_csv(&mut csv, 11, leads.len()).expect("memory");
        let records = records(&plan.book.schema, "lead", csv);
        let kind = plan.book.schema.find("lead").expect("declared");
        let state = begin(plan, Timestamp::UNIX_EPOCH);
        Self { engine: Engine::new(plan, kind), plan, records, state }
    }
}

impl Peer for Turf {
    fn ask(&mut self, leads: Range<usize>) -> Vec<Option<usize>> {
        let Self { engine, plan, records, state } = self;
        let position = |id: turf::model::RuleId| plan.book.rules[id.index()].name.as_str()[1..].parse().expect("rules are numbered");
        records[leads].iter().map(|r| engine.first_rule(r, state, Timestamp::UNIX_EPOCH).map(position)).collect()
    }
}

struct Tree {
    tree: ATree<u64>,
    events: Vec<Event>,
}

fn a_tree(rules: &[Rule], leads: &[Lead]) -> Made {
    let mut kinds: Vec<AttributeDefinition> =
        ["country", "state", "industry", "source", "language", "domain"].map(AttributeDefinition::string).into();
    kinds.extend(["postal_beginnings", "company_words", "title_words", "products"].map(AttributeDefinition::string_list));
    kinds.extend(["employees", "revenue", "score", "created"].map(AttributeDefinition::integer));
    let mut tree = ATree::new(&kinds).map_err(words)?;
    for (id, rule) in (0_u64..).zip(rules) {
        let text = A_TREE.rule(rule);
        tree.insert(&id, &text).map_err(|e| format!("{e:?}").chars().take(100).collect::<String>())?;
    }
    let event = |lead: &Lead| -> Result<Event, String> {
        let mut event = tree.make_event();
        let (texts, numbers) = fields(lead);
        for (name, text) in texts.into_iter().filter(|(name, _)| !["company", "postal"].contains(name)) {
            event.with_string(name, text).map_err(words)?;
        }
        for (name, number) in numbers {
            event.with_integer(name, number).map_err(words)?;
        }
        let beginnings: Vec<&str> = (1..=lead.postal.len()).map(|n| &lead.postal[..n]).collect();
        event.with_string_list("postal_beginnings", &beginnings).map_err(words)?;
        event.with_string_list("company_words", &pieces(&lead.company)).map_err(words)?;
        event.with_string_list("title_words", &pieces(lead.title)).map_err(words)?;
        event.with_string_list("products", &lead.products).map_err(words)?;
        event.build().map_err(words)
    };
    let events = leads.iter().map(event).collect::<Result<_, _>>()?;
    Ok(Box::new(Tree { tree, events }))
}

/// The pieces of a text that the rules look for.
fn pieces(text: &str) -> Vec<&'static str> {
    let all = workload::TRADES.iter().copied().chain(["Chief", "Director", "Manager", "Head"]);
    all.filter(|piece| text.contains(piece)).collect()
}

impl Peer for Tree {
    fn ask(&mut self, leads: Range<usize>) -> Vec<Option<usize>> {
        let found = |event: &Event| {
            let report = self.tree.search(event).expect("the event fits");
            report.matches().iter().copied().min().and_then(|id| usize::try_from(*id).ok())
        };
        self.events[leads].iter().map(found).collect()
    }
}

struct Zen {
    decision: Decision,
    leads: Vec<Value>,
    runtime: tokio::runtime::Runtime,
}

fn zen(rules: &[Rule], leads: &[Lead]) -> Made {
    use crate::workload::rule::Condition as C;
    let list = |all: &[&str]| crate::dialect::quoted(&all.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>());
    // One column for each field, whose cells the engine's own index knows; one more for what asks several fields.
    let columns = ["country", "state", "industry", "source", "language", "domain", "postal", "employees", "revenue", "score", "created"];
    let mut inputs: Vec<Value> = columns.iter().map(|c| json!({ "id": c, "name": c, "field": c })).collect();
    inputs.push(json!({ "id": "more", "name": "more", "field": "" }));
    let row = |(n, rule): (usize, &Rule)| {
        let mut cells: BTreeMap<&str, String> = BTreeMap::new();
        let mut more = Vec::new();
        for condition in &rule.conditions {
            let (column, cell) = match condition {
                C::Country(all) => ("country", list(all)),
                C::State(all) => ("state", list(all)),
                C::Industry(all) => ("industry", list(all)),
                C::Source(all) => ("source", list(all)),
                C::Language(one) => ("language", list(&[one])),
                C::Domain(all) => ("domain", crate::dialect::quoted(all)),
                C::Postal(all) => {
                    ("postal", all.iter().map(|p| format!("startsWith($, \"{p}\")")).collect::<Vec<_>>().join(" or "))
                }
                C::Employees(low, high) => ("employees", format!("[{low}..{high}]")),
                C::Revenue(least) => ("revenue", format!(">= {least}")),
                C::Score(least) => ("score", format!(">= {least}")),
                C::Created(from) => ("created", format!(">= {from}")),
                C::Product(_) | C::Company(_) | C::Title(_) | C::Not(_) | C::Either(_) => {
                    more.push(ZEN.condition(condition));
                    continue;
                }
            };
            if cells.contains_key(column) {
                more.push(ZEN.condition(condition));
            } else {
                cells.insert(column, cell);
            }
        }
        if !more.is_empty() {
            cells.insert("more", more.join(" and "));
        }
        let mut row: serde_json::Map<String, Value> = cells.into_iter().map(|(c, cell)| (c.to_owned(), cell.into())).collect();
        row.insert("_id".to_owned(), format!("r{n}").into());
        row.insert("out".to_owned(), n.to_string().into());
        Value::Object(row)
    };
    let rows: Vec<Value> = rules.iter().enumerate().map(row).collect();
    let graph = json!({
        "nodes": [
            { "id": "in", "name": "in", "type": "inputNode", "content": {} },
            { "id": "table", "name": "table", "type": "decisionTableNode", "content": {
                "hitPolicy": "first", "inputs": inputs, "outputs": [{ "id": "out", "name": "out", "field": "rule" }], "rules": rows } },
            { "id": "end", "name": "end", "type": "outputNode", "content": {} },
        ],
        "edges": [{ "id": "e1", "sourceId": "in", "targetId": "table" }, { "id": "e2", "sourceId": "table", "targetId": "end" }],
    });
    let content: DecisionContent = serde_json::from_value(graph).map_err(words)?;
    let mut decision = DecisionEngine::default().create_decision(Arc::new(content)).map_err(|e| format!("{e:?}"))?;
    decision.compile();
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(words)?;
    Ok(Box::new(Zen { decision, leads: leads.iter().map(as_json).collect(), runtime }))
}

impl Peer for Zen {
    fn ask(&mut self, leads: Range<usize>) -> Vec<Option<usize>> {
        let found = |lead: &Value| {
            let response = self.runtime.block_on(self.decision.evaluate(lead.clone().into())).expect("the table answers");
            let result: Value = response.result.to_value();
            result.get("rule").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok())
        };
        self.leads[leads].iter().map(found).collect()
    }

    fn slowness(&self) -> usize {
        4
    }
}

struct Sqlite {
    connection: rusqlite::Connection,
    query: String,
}

fn sqlite(rules: &[Rule], leads: &[Lead]) -> Made {
    let connection = rusqlite::Connection::open_in_memory().map_err(words)?;
    let columns = "company, country, state, postal, industry, source, language, domain, employees, revenue, score, created, title, products";
    connection.execute_batch(&format!("CREATE TABLE leads (id INTEGER PRIMARY KEY, {columns}); BEGIN")).map_err(words)?;
    {
        let marks = vec!["?"; 15].join(", ");
        let mut insert = connection.prepare(&format!("INSERT INTO leads (id, {columns}) VALUES ({marks})")).map_err(words)?;
        for (id, lead) in (0_i64..).zip(leads) {
            let (texts, numbers) = fields(lead);
            let products = format!(";{};", lead.products.join(";"));
            let mut values: Vec<&dyn rusqlite::ToSql> = vec![&id];
            values.extend(texts.iter().map(|(_, text)| text as &dyn rusqlite::ToSql));
            values.extend(numbers.iter().map(|(_, number)| number as &dyn rusqlite::ToSql));
            values.extend([&lead.title as &dyn rusqlite::ToSql, &products]);
            insert.execute(values.as_slice()).map_err(words)?;
        }
    }
    connection.execute_batch("COMMIT").map_err(words)?;
    let cases: String = rules.iter().enumerate().map(|(n, rule)| format!("WHEN {} THEN {n}\n", SQL.rule(rule))).collect();
    let query = format!("SELECT CASE {cases} END FROM leads WHERE id >= ?1 AND id < ?2 ORDER BY id");
    connection.prepare(&query).map_err(words)?;
    Ok(Box::new(Sqlite { connection, query }))
}

impl Peer for Sqlite {
    fn ask(&mut self, leads: Range<usize>) -> Vec<Option<usize>> {
        // Prepared once and kept: preparing ten thousand cases is no part of asking.
        let mut statement = self.connection.prepare_cached(&self.query).expect("prepared before");
        let bounds = [leads.start, leads.end].map(|n| i64::try_from(n).expect("few"));
        let rows = statement.query_map(bounds, |row| row.get::<_, Option<i64>>(0)).expect("the query runs");
        rows.map(|row| row.expect("a row").and_then(|n| usize::try_from(n).ok())).collect()
    }

    fn at_once(&self) -> usize {
        200
    }

    fn slowness(&self) -> usize {
        8
    }
}

struct Cel {
    programs: Vec<cel::Program>,
    contexts: Vec<cel::Context<'static, 'static>>,
}

fn cel(rules: &[Rule], leads: &[Lead]) -> Made {
    let programs = rules.iter().map(|rule| cel::Program::compile(&CEL.rule(rule)).map_err(words)).collect::<Result<_, _>>()?;
    let context = |lead: &Lead| {
        let mut context = cel::Context::default();
        let (texts, numbers) = fields(lead);
        texts.into_iter().for_each(|(name, text)| context.add_variable_from_value(name, text.to_owned()));
        numbers.into_iter().for_each(|(name, number)| context.add_variable_from_value(name, number));
        context.add_variable_from_value("title", lead.title.to_owned());
        context.add_variable_from_value("products", lead.products.iter().map(|p| (*p).to_owned()).collect::<Vec<String>>());
        context
    };
    Ok(Box::new(Cel { programs, contexts: leads.iter().map(context).collect() }))
}

impl Peer for Cel {
    fn ask(&mut self, leads: Range<usize>) -> Vec<Option<usize>> {
        let yes = |program: &cel::Program, context: &cel::Context<'static, 'static>| program.execute(context) == Ok(cel::Value::Bool(true));
        self.contexts[leads].iter().map(|context| self.programs.iter().position(|program| yes(program, context))).collect()
    }

    fn slowness(&self) -> usize {
        30
    }
}

struct Rego {
    engine: regorus::Engine,
    inputs: Vec<regorus::Value>,
}

fn rego(rules: &[Rule], leads: &[Lead]) -> Made {
    use std::num::{NonZeroU32, NonZeroUsize};
    let chain: Vec<String> = rules.iter().enumerate().map(|(n, rule)| format!(":= {n} if {{\n  {}\n}}", REGO.rule(rule))).collect();
    let text = format!("package turf\n\nfirst {}\n", chain.join(" else "));
    let mut engine = regorus::Engine::new();
    engine.set_policy_length_config(regorus::utils::limits::PolicyLengthConfig {
        max_col: NonZeroU32::new(65_536).expect("not zero"),
        max_file_bytes: NonZeroUsize::new(64 << 20).expect("not zero"),
        max_lines: NonZeroUsize::new(1 << 20).expect("not zero"),
    });
    engine.add_policy("turf.rego".to_owned(), text).map_err(words)?;
    let input = |lead: &Lead| regorus::Value::from_json_str(&as_json(lead).to_string()).map_err(words);
    let inputs = leads.iter().map(input).collect::<Result<Vec<_>, _>>()?;
    engine.set_input(inputs[0].clone());
    engine.eval_rule("data.turf.first".to_owned()).map_err(words)?;
    Ok(Box::new(Rego { engine, inputs }))
}


impl Peer for Rego {
    fn ask(&mut self, leads: Range<usize>) -> Vec<Option<usize>> {
        leads
            .map(|at| {
                self.engine.set_input(self.inputs[at].clone());
                let found = self.engine.eval_rule("data.turf.first".to_owned()).expect("the rule answers");
                found.as_u64().ok().and_then(|n| usize::try_from(n).ok())
            })
            .collect()
    }

    fn slowness(&self) -> usize {
        50
    }
}

struct Cedar {
    policies: PolicySet,
    requests: Vec<Request>,
    authorizer: Authorizer,
    entities: Entities,
}

fn cedar(rules: &[Rule], leads: &[Lead]) -> Made {
    let policy = |(n, rule): (usize, &Rule)| {
        let text = format!("permit(principal, action, resource) when {{ {} }};", CEDAR.rule(rule));
        Policy::parse(Some(PolicyId::new(format!("r{n}"))), text).map_err(words)
    };
    let all = rules.iter().enumerate().map(policy).collect::<Result<Vec<_>, _>>()?;
    let policies = PolicySet::from_policies(all).map_err(words)?;
    let uid = |text: &str| text.parse::<EntityUid>().map_err(words);
    let (who, what, which) = (uid("Desk::\"one\"")?, uid("Action::\"route\"")?, uid("Lead::\"one\"")?);
    let request = |lead: &Lead| {
        let context = Context::from_json_value(as_json(lead), None).map_err(words)?;
        Request::new(who.clone(), what.clone(), which.clone(), context, None).map_err(words)
    };
    let requests = leads.iter().take(2_000).map(request).collect::<Result<_, _>>()?;
    Ok(Box::new(Cedar { policies, requests, authorizer: Authorizer::new(), entities: Entities::empty() }))
}

impl Peer for Cedar {
    fn ask(&mut self, leads: Range<usize>) -> Vec<Option<usize>> {
        let found = |request: &Request| {
            let answer = self.authorizer.is_authorized(request, &self.policies, &self.entities);
            let ids = answer.diagnostics().reason().map(|id| id.to_string()[1..].parse::<usize>().expect("policies are numbered"));
            ids.min()
        };
        leads.map(|at| found(&self.requests[at % self.requests.len()])).collect()
    }

    fn slowness(&self) -> usize {
        250
    }
}
