use std::fmt;
use std::str::FromStr;

use event_datagram::{EventBuf, ParamBuf, ValueBuf};

use crate::dialect::Dialect;

/// The name of the fence event, unless another is chosen.
pub const DEFAULT_NAME: &str = "E_EVDG_FENCE";

/// What fences look like: an event name, and parameters of which one holds the tag.
///
/// As text, `NAME param={tag} other=value`: words with spaces between them. Without `{tag}`, a
/// parameter `tag` at the end holds it. A value that is an integer is a number in JSON-RPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FenceTemplate {
    name: String,
    /// The names and values of the parameters; exactly one value contains [`TAG`], once.
    params: Vec<(String, String)>,
}

/// What stands for the tag in the value of a parameter.
const TAG: &str = "{tag}";
/// The parameter that holds the tag, unless another is chosen.
const DEFAULT_PARAM: &str = "tag";
/// The longest name that OpenSIPS takes, in bytes.
const MAX_NAME: usize = 64;
/// The longest datagram of a fence, in bytes: small buffers must hold several.
const MAX_DATAGRAM: usize = 1024;
/// The most parameters: more than a datagram of a fence holds.
const MAX_PARAMS: usize = MAX_DATAGRAM / 4;

impl FenceTemplate {
    /// Returns the name of the event.
    pub fn event_name(&self) -> &str {
        &self.name
    }

    /// Returns the name of the parameter that holds the tag.
    pub fn tag_param(&self) -> &str {
        let mut params = self.params.iter();
        let param = params.find(|(_, value)| value.contains(TAG));
        param.map_or(DEFAULT_PARAM, |(name, _)| name)
    }

    /// Returns the names of the parameters.
    #[cfg(feature = "diagnosis")]
    pub(crate) fn param_names(&self) -> impl Iterator<Item = &str> {
        self.params.iter().map(|(name, _)| &**name)
    }

    /// Returns the event with this tag.
    pub(super) fn event(&self, tag: &str) -> EventBuf {
        let params = self.params.iter().map(|(name, value)| {
            let value = match value.parse::<i64>() {
                Ok(integer) if integer.to_string() == *value => ValueBuf::Integer(integer),
                _ => ValueBuf::from(value.replace(TAG, tag).into_bytes()),
            };
            ParamBuf::named(name.as_str(), value)
        });
        EventBuf::new(self.name.as_str(), params.collect::<Vec<_>>())
    }
}

impl Default for FenceTemplate {
    fn default() -> Self {
        Self {
            name: DEFAULT_NAME.into(),
            params: vec![(DEFAULT_PARAM.into(), TAG.into())],
        }
    }
}

impl FromStr for FenceTemplate {
    type Err = String;

    /// Parses a template.
    ///
    /// # Errors
    ///
    /// If there is no name, it is longer than 64 bytes, there are control characters, a word is no
    /// `name=value`, a name is there twice, `{tag}` is there twice, or the fence has more than 1024
    /// bytes or cannot be encoded.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains(char::is_control) {
            return Err("expected one line without control characters".into());
        }
        let mut words = text.split(' ').filter(|word| !word.is_empty());
        let name = words.next().filter(|name| name.len() <= MAX_NAME);
        let name = name.ok_or("expected an event name of 1 to 64 bytes")?;
        let mut params: Vec<(String, String)> = Vec::new();
        for word in words {
            let param = word.split_once('=').filter(|(name, _)| !name.is_empty());
            let (name, value) =
                param.ok_or_else(|| format!("expected `name=value`, found `{word}`"))?;
            if params.iter().any(|(other, _)| other == name) {
                return Err(format!("parameter `{name}` is there twice"));
            }
            params.push((name.into(), value.into()));
            if params.len() > MAX_PARAMS {
                return Err(format!("expected at most {MAX_PARAMS} parameters"));
            }
        }
        let tags = params.iter().map(|(_, value)| value.matches(TAG).count());
        match tags.sum() {
            0 if params.iter().any(|(name, _)| name == DEFAULT_PARAM) => {
                return Err(format!("expected {TAG} in the value of parameter `tag`"));
            }
            0 => params.push((DEFAULT_PARAM.into(), TAG.into())),
            1 => {}
            _ => return Err(format!("{TAG} is there twice")),
        }
        let template = Self {
            name: name.into(),
            params,
        };
        for dialect in Dialect::ALL {
            let mut sample = template.event("t000000000000000000");
            let length = dialect.encode(&sample)?.len();
            if length > MAX_DATAGRAM {
                return Err(format!(
                    "expected a fence of at most {MAX_DATAGRAM} bytes, found {length}"
                ));
            }
            // An integer reads back as a string in text, which is no fault of the fence.
            for ParamBuf { value, .. } in &mut sample.params {
                if let ValueBuf::Integer(integer) = value {
                    *value = integer.to_string().as_str().into();
                }
            }
            if let Some(why) = dialect.caveats(&sample).first() {
                return Err(format!("in {dialect}: {why}"));
            }
        }
        Ok(template)
    }
}

impl fmt::Display for FenceTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        let mut params = self.params.iter();
        params.try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> FenceTemplate {
        text.parse().expect("it is valid")
    }

    #[test]
    fn one_parameter_holds_the_tag_and_the_others_are_fixed() {
        let event = template("E_PIKE_BLOCKED port=5060 ip=sip:{tag}@x").event("t1");
        let params = [
            ParamBuf::named("port", 5060),
            ParamBuf::named("ip", "sip:t1@x"),
        ];
        assert_eq!(event, EventBuf::new("E_PIKE_BLOCKED", params));
        let event = template("E_A v=007").event("t1");
        let params = [ParamBuf::named("v", "007"), ParamBuf::named("tag", "t1")];
        assert_eq!(event, EventBuf::new("E_A", params));
    }

    #[test]
    fn a_template_parses_back_from_its_text() {
        for text in ["E_A ip={tag}", "E_A a=1 b={tag} c=x=y d="] {
            assert_eq!(template(text).to_string(), text);
        }
        assert_eq!(template(DEFAULT_NAME), FenceTemplate::default());
        assert_eq!(template("E_A x={tag}").tag_param(), "x");
    }

    #[test]
    fn each_error_says_what_is_wrong() {
        let long = format!("E_A v={}", "x".repeat(2000));
        for (text, why) in [
            ("", "expected an event name of 1 to 64 bytes"),
            (&"E".repeat(65), "expected an event name of 1 to 64 bytes"),
            ("E\nA", "expected one line without control characters"),
            ("E_A b", "expected `name=value`, found `b`"),
            ("E_A =b", "expected `name=value`, found `=b`"),
            (
                "E_A a::b={tag}",
                "in text: reads back differently: parameter 1: name holds `::` or ends with `:`, so that it \
                 would end early",
            ),
            ("E_A a=1 a={tag}", "parameter `a` is there twice"),
            ("E_A a={tag} b={tag}", "{tag} is there twice"),
            (
                "E_A tag=1",
                "expected {tag} in the value of parameter `tag`",
            ),
            (&long, "expected a fence of at most 1024 bytes, found 2034"),
        ] {
            assert_eq!(text.parse::<FenceTemplate>(), Err(why.into()));
        }
    }
}
