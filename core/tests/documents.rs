//! Section 1 of PROTOCOL.md: what a document is. Each test is named after its rule.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use common::{SUCCESS, logout, refuse, same};
use hotdesk_core::{Error, Field, Message, Refusal, Response};

#[test]
fn rule_1_1_bytes_that_are_not_utf_8_are_refused_where_they_stand() {
    for (bytes, at) in [
        (&b"<response>\xFF<success/></response>"[..], 10),
        (b"\xE9", 0),
        (b"<response><success/></response>\xC3", 31),
        (b"<response><!--\xED\xA0\x80--><success/></response>", 14),
    ] {
        let error = Message::parse(bytes).unwrap_err();
        assert_eq!(error, Error::Refused { reason: Refusal::NotUtf8, position: at });
    }
}

#[test]
fn rule_1_2_one_byte_order_mark_is_skipped() {
    same("\u{feff}<response><success/></response>", SUCCESS);
    same("\u{feff}<?xml version='1.0'?><response><success/></response>", SUCCESS);
    refuse("\u{feff}§\u{feff}<response><success/></response>", Refusal::TextOutsideRoot);
    refuse("<?xml version='1.0'?>§\u{feff}<response><success/></response>", Refusal::TextOutsideRoot);
}

#[test]
fn rule_1_2_a_byte_order_mark_is_no_column() {
    let xml = "\u{feff}<reponse/>";
    let error = Message::parse(xml.as_bytes()).unwrap_err();
    assert_eq!((error.position(), error.line_column(xml.as_bytes())), (Some(3), (1, 1)));
}

#[test]
fn rule_1_3_declarations_that_are_read() {
    for declaration in [
        "<?xml version=\"1.0\"?>",
        "<?xml version='1.0' encoding='UTF-8'?>",
        "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>",
        "<?xml\n\tversion = '1.0'\r\nencoding\t=\n\"US-ascii\"  ?>",
        "<?xml version='1.0' standalone='no'?>",
    ] {
        same(&format!("{declaration}<response><success/></response>"), SUCCESS);
        same(&format!("{declaration}\n\n<response><success/></response>"), SUCCESS);
    }
}

#[test]
fn rule_1_3_us_ascii_is_what_it_declares() {
    let declaration = "<?xml version='1.0' encoding='us-Ascii' standalone='no'?>";
    // A byte order mark is not part of the document, and a character reference is itself ASCII.
    same(&format!("\u{feff}{declaration}<response><success/></response>"), SUCCESS);
    let failure = "<response><failure><error code='3'>&#252;</error></failure></response>";
    same(&format!("{declaration}{failure}"), failure);
    for rest in [
        "<response><success/></response><!-- §\u{80} -->",
        "<!-- §ü --><response><success/></response>",
        "<response><failure><error code='3'>§\u{10FFFF}</error></failure></response>",
        "<response><success/><§é/></response>",
        "<response><success/><a b='§é'/></response>",
    ] {
        refuse(&format!("{declaration}{rest}"), Refusal::NotAscii);
        refuse(&format!("\u{feff}{declaration}{rest}"), Refusal::NotAscii);
        let unicode = declaration.replace("us-Ascii", "utf-8");
        assert!(Message::parse(format!("{unicode}{}", rest.replace('§', "")).as_bytes()).is_ok(), "{rest}");
    }
}

#[test]
fn rule_1_3_other_versions_encodings_and_forms_are_refused() {
    let rest = "<response><success/></response>";
    for (declaration, reason) in [
        ("<?xml version='§1.1'?>", Refusal::XmlVersion),
        ("<?xml version='§1.'?>", Refusal::XmlVersion),
        ("<?xml version='§2.0'?>", Refusal::XmlVersion),
        ("<?xml version='1.0' encoding='§ISO-8859-1'?>", Refusal::Encoding),
        ("<?xml version='1.0' encoding='§UTF-16'?>", Refusal::Encoding),
        ("<?xml version='1.0' encoding='§'?>", Refusal::Encoding),
        ("<?xml version='1.0' standalone='§maybe'?>", Refusal::Declaration),
        ("<?xml §encoding='UTF-8'?>", Refusal::Declaration),
        ("<?xml §?>", Refusal::Declaration),
        ("<?xml version='1.0'§encoding='UTF-8'?>", Refusal::Declaration),
        ("<?xml version='1.0' §version='1.0'?>", Refusal::Declaration),
        ("<?xml version='1.0' standalone='no' §encoding='UTF-8'?>", Refusal::Declaration),
        ("<?xml version §'1.0'?>", Refusal::Declaration),
        ("<?xml version=§1.0?>", Refusal::Declaration),
        ("<?xml §Version='1.0'?>", Refusal::Declaration),
        ("<?xml version='1.0§\"?>", Refusal::Declaration),
        ("<?xml version='1.0'§\u{c}?>", Refusal::Declaration),
        ("<?xml version='1.0' §ENCODING='UTF-8'?>", Refusal::Declaration),
        ("<?xml version='1.0' standalone='§YES'?>", Refusal::Declaration),
        ("\u{feff}<?xml version='§1.1'?>", Refusal::XmlVersion),
        ("\u{feff}<?xml version='1.0' §?", Refusal::Declaration),
    ] {
        refuse(&format!("{declaration}{rest}"), reason);
    }
    refuse(" §<?xml version='1.0'?><response><success/></response>", Refusal::LateDeclaration);
    refuse(
        "<?xml version='1.0'?>§<?xml version='1.0'?><response><success/></response>",
        Refusal::LateDeclaration,
    );
    refuse("<response>§<?xml version='1.0'?><success/></response>", Refusal::LateDeclaration);
    refuse("<response><success/></response>§<?xml version='1.0'?>", Refusal::LateDeclaration);
    refuse("<?xml version='1.0' encoding='UTF-8§", Refusal::CutShort);
    refuse("<?xml version='1.0' §", Refusal::CutShort);
}

#[test]
fn rule_1_3_an_instruction_whose_name_starts_like_it_is_no_declaration() {
    same("<?xml-stylesheet href='a'?><response><success/></response>", SUCCESS);
    same("<?xmlns?><response><?xml-a b?><success/></response>", SUCCESS);
}

#[test]
fn rule_1_4_a_doctype_is_refused_whatever_it_holds() {
    for doctype in [
        "<!DOCTYPE response>",
        "<!DOCTYPE response SYSTEM 'em.dtd'>",
        "<!DOCTYPE response [<!ENTITY a 'b'>]>",
        "<!DOCTYPE",
        "<!DOCTYPE response [",
    ] {
        refuse(&format!("§{doctype}<response><success/></response>"), Refusal::Doctype);
    }
    refuse("<?xml version='1.0'?>\n§<!DOCTYPE response><response/>", Refusal::Doctype);
    refuse("<response>§<!DOCTYPE response><success/></response>", Refusal::Doctype);
    refuse("<response><success/></response>§<!DOCTYPE response>", Refusal::Doctype);
}

#[test]
fn rule_1_5_a_document_cut_after_any_byte_is_refused_as_cut_at_its_end() {
    let xml = "<?xml version='1.0'?><!-- c --><?pi x?><response a='1'>&amp;<failure ><error code=\"3\">a&lt;b\
               <![CDATA[c]]><!-- d --></error ></failure><x/></response>";
    assert!(Message::parse(xml.as_bytes()).is_ok());
    let mut others = Vec::new();
    for end in 0..xml.len() {
        let error = Message::parse(&xml.as_bytes()[..end]).unwrap_err();
        if error != (Error::Refused { reason: Refusal::CutShort, position: end }) {
            others.push((end, error));
        }
    }
    // Before the prolog and within it there is no root yet.
    let no_root =
        [0, 21, 31, 39].map(|position| (position, Error::Refused { reason: Refusal::NoRoot, position }));
    assert_eq!(others, no_root);
}

#[test]
fn rule_1_5_a_declaration_cut_after_any_byte_is_refused_as_cut_at_its_end() {
    for declaration in [
        "<?xml version='1.0' encoding='US-ASCII' standalone='yes' ?>",
        "\u{feff}<?xml version = \"1.0\" standalone = \"no\"?>",
    ] {
        let start = declaration.find('<').unwrap();
        for end in start + 1..declaration.len() {
            refuse(&format!("{}§", &declaration[..end]), Refusal::CutShort);
        }
    }
}

#[test]
fn rule_1_6_there_is_one_root() {
    refuse("§", Refusal::NoRoot);
    refuse("  <!-- nothing -->\n§", Refusal::NoRoot);
    refuse("§hello", Refusal::TextOutsideRoot);
    refuse("§{\"kind\":\"response\"}", Refusal::TextOutsideRoot);
    refuse("§x<response><success/></response>", Refusal::TextOutsideRoot);
    refuse("<response><success/></response> §x", Refusal::TextOutsideRoot);
    refuse("<response><success/></response>§&amp;", Refusal::TextOutsideRoot);
    refuse("<response><success/></response>\n§<response><success/></response>", Refusal::SecondRoot);
    refuse("<response><success/></response>§</response>", Refusal::SecondRoot);
    refuse("<response><success/></response>§<![CDATA[]]>", Refusal::SecondRoot);
    same("<!--a--><?b c?>\n<response><success/></response>\n<!--d--><?e?>\n", SUCCESS);
}

#[test]
fn rule_1_7_end_tags_pair_with_start_tags() {
    refuse("<response><success>§</response></success>", Refusal::WrongEndTag);
    refuse("<response><success></success>§</Response>", Refusal::WrongEndTag);
    refuse("<response><a:b>§</b></response>", Refusal::WrongEndTag);
    refuse("<response><b>§</a:b></response>", Refusal::WrongEndTag);
    refuse("<response><b>§</:b></response>", Refusal::WrongEndTag);
    refuse("<!-- nothing is open -->§</response>", Refusal::WrongEndTag);
    refuse("§</1>", Refusal::WrongEndTag);
    refuse("<response><succesz>§</success></response>", Refusal::WrongEndTag);
    for inside in ["<remoteIPAddr/>§</remoteIPAddr>", "<remoteIPAddr/>x§</remoteIPAddr>"] {
        refuse(&logout("d").replace("</logout>", &format!("{inside}</logout>")), Refusal::WrongEndTag);
    }
    same("<response><success></success\n></response >", SUCCESS);
}

#[test]
fn rule_1_8_depth_9_is_refused() {
    let deep = |depth: usize, at: &str| {
        format!(
            "<response><success/>{}{at}{}{}</response>",
            "<a>".repeat(depth - 2),
            "<a>",
            "</a>".repeat(depth - 1)
        )
    };
    same(&deep(8, ""), SUCCESS);
    refuse(&deep(9, "§"), Refusal::TooDeep);
    refuse(&format!("<response>{}§{}", "<a>".repeat(7), "<a>".repeat(350_000)), Refusal::TooDeep);
}

#[test]
fn rule_1_9_at_most_16_attributes_and_none_twice() {
    let many = |count: usize| (1..=count).map(|i| format!(" a{i}='{i}'")).collect::<String>();
    same(&format!("<response><success{}/></response>", many(16)), SUCCESS);
    refuse(&format!("<response><success{} §b='1'/></response>", many(16)), Refusal::TooManyAttributes);
    refuse("<response><success a='1' b='2' §a='1'/></response>", Refusal::RepeatedAttribute);
    refuse("<response><success a:x='1' §a:x='1'/></response>", Refusal::RepeatedAttribute);
    same("<response><success a:x='1' b:x='1' x='1'/></response>", SUCCESS);
    same("<response><success ab='1' a='2' abc='3'/></response>", SUCCESS);
    same("<response><success a='\"' b=\"'\" c\n=\t'x'/></response>", SUCCESS);
}

#[test]
fn rule_1_10_characters_that_xml_does_not_allow_are_refused() {
    for c in ['\0', '\u{1}', '\u{8}', '\u{b}', '\u{c}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
        refuse(&logout(&format!("a§{c}")), Refusal::ForbiddenCharacter);
        refuse(&format!("<response><success a='§{c}'/></response>"), Refusal::ForbiddenCharacter);
        refuse(&format!("<response><!--§{c}--><success/></response>"), Refusal::ForbiddenCharacter);
        refuse(&logout(&format!("<![CDATA[§{c}]]>")), Refusal::ForbiddenCharacter);
        refuse(&format!("<response><?a §{c}?><success/></response>"), Refusal::ForbiddenCharacter);
        refuse(&format!("<response><!-- -- §{c}--><success/></response>"), Refusal::ForbiddenCharacter);
        refuse(&format!("<response>§{c}<success/></response>"), Refusal::ForbiddenCharacter);
    }
    for c in ['\u{7f}', '\u{80}', '\u{d7ff}', '\u{e000}', '\u{fffd}', '\u{10000}', '\u{10ffff}'] {
        assert!(Message::parse(logout(&format!("a{c}")).as_bytes()).is_ok(), "{c:?}");
    }
}

#[test]
fn rule_1_11_references_that_name_nothing_are_refused_also_where_they_are_skipped() {
    for (reference, reason) in [
        ("§& b", Refusal::BareAmpersand),
        ("§&", Refusal::BareAmpersand),
        ("§&;", Refusal::BareAmpersand),
        ("§&amp", Refusal::BareAmpersand),
        ("§&amp ;", Refusal::BareAmpersand),
        ("§&nbsp;", Refusal::UnknownEntity),
        ("§&a#1;", Refusal::UnknownEntity),
        ("§&AMP;", Refusal::UnknownEntity),
        ("§&#;", Refusal::BadCharacterReference),
        ("§&#x;", Refusal::BadCharacterReference),
        ("§&#X41;", Refusal::BadCharacterReference),
        ("§&#4a;", Refusal::BadCharacterReference),
        ("§&#0;", Refusal::BadCharacterReference),
        ("§&#xD800;", Refusal::BadCharacterReference),
        ("§&#xFFFE;", Refusal::BadCharacterReference),
        ("§&#xFFFF;", Refusal::BadCharacterReference),
        ("§&#1;", Refusal::BadCharacterReference),
        ("§&#x1F;", Refusal::BadCharacterReference),
        ("§&abcdelt;", Refusal::UnknownEntity),
        ("§&#x1000000041;", Refusal::BadCharacterReference),
        ("§&#x110000;", Refusal::BadCharacterReference),
        ("§&#99999999999999999999;", Refusal::BadCharacterReference),
    ] {
        refuse(&logout(&format!("a{reference}")), reason);
        refuse(&logout(&format!("<![CDATA[&]]> {reference}")), reason);
        refuse(&format!("<response>{reference}<success/></response>"), reason);
        refuse(&format!("<response><other>{reference}</other><success/></response>"), reason);
        refuse(&format!("<response><success a='{reference}'/></response>"), reason);
    }
    same(&logout("&#233;&#xA0;&#x20AC;&#128512;"), &logout("é\u{A0}€😀"));
    same(&logout("a&#64;&#x40;&#00064;&lt;&gt;&amp;&quot;&apos;"), &logout("a@@@&lt;>&amp;\"'"));
}

#[test]
fn rule_1_12_comments_instructions_and_sections_are_no_part_of_a_value() {
    same("<response><!-- a --><?b?><![CDATA[c]]><success/></response>", SUCCESS);
    same(&logout("S<!-- > & < -->E<?x ?>P"), &logout("SEP"));
    same(&logout("S<?x > & < -->?>E<?y ??>P"), &logout("SEP"));
    same(&logout("<![CDATA[a]>b]]c]]]]><![CDATA[>]]]>"), &logout("a]&gt;b]]c]]&gt;]"));
    // `<!-->` does not end a comment: its hyphens belong to the opener.
    same(&logout("S<!-->-->E<!--->-->P<!---->"), &logout("SEP"));
    same("<response><!-->--><!--->--><success/></response>", SUCCESS);
    same(&logout("<![CDATA[S&E]]><![CDATA[<P]]>"), &logout("S&amp;E&lt;P"));
    same(&logout("<!--a--> <![CDATA[ ]]>SEP<![CDATA[ ]]> <!--b-->"), &logout("SEP"));
    for (xml, reason) in [
        ("<response>§<!-- a -- b --><success/></response>", Refusal::Comment),
        ("<response>§<!-- a ---><success/></response>", Refusal::Comment),
        ("<response>§<?XML a?><success/></response>", Refusal::ProcessingInstruction),
        ("<response>§<?xmL a?><success/></response>", Refusal::ProcessingInstruction),
        ("<response>§<?xMl?><success/></response>", Refusal::ProcessingInstruction),
        ("<response>§<?1?><success/></response>", Refusal::ProcessingInstruction),
        ("<response>§<?a\"b\"?><success/></response>", Refusal::ProcessingInstruction),
        ("<response>a§]]>b<success/></response>", Refusal::CdataEnd),
        ("<response>§< success/></response>", Refusal::Tag),
        ("<response>§<1/></response>", Refusal::Tag),
        ("<response>§<a:b:c/></response>", Refusal::Tag),
        ("<response>§<a:/></response>", Refusal::Tag),
        ("<response><success/></response §a='1'>", Refusal::Tag),
        ("<response><success /§ ></response>", Refusal::Attribute),
        ("<response><success /§a='1'></success></response>", Refusal::Attribute),
        ("<response><success /§ a='1'></success></response>", Refusal::Attribute),
        ("<response><success a§></response>", Refusal::Attribute),
        ("<response><success a=§1/></response>", Refusal::Attribute),
        ("<response><success a='1'§b='2'/></response>", Refusal::Attribute),
        ("<response><success a='1§<2'/></response>", Refusal::Attribute),
        ("<response>§<!ENTITY a 'b'><success/></response>", Refusal::Markup),
        ("<response>§<![INCLUDE[a]]><success/></response>", Refusal::Markup),
        ("§<!doctype response><response/>", Refusal::Markup),
        ("§<!DOCTYPO response><response/>", Refusal::Markup),
        ("§<![CDATA[]]><response><success/></response>", Refusal::Markup),
    ] {
        refuse(xml, reason);
    }
}

#[test]
fn rule_1_12_cdata_end_is_refused_in_values_too() {
    refuse(&logout("a§]]>b"), Refusal::CdataEnd);
    refuse(&logout("a§]]>"), Refusal::CdataEnd);
    same(&logout("a]]b]>"), &logout("a&#93;]b]&gt;"));
}

#[test]
fn rule_1_12_known_names_end_at_any_blank() {
    for blank in ["\n", "\t", "\r", "\r\n", " \t"] {
        let xml = format!("<response{blank}>{blank}<success{blank}/>{blank}</response{blank}>{blank}");
        same(&xml, SUCCESS);
    }
}

#[test]
fn rule_1_12_names_are_of_the_letters_of_xml() {
    let taken = |name: &str| {
        same(&format!("<response><{name} {name}=''></{name}><?{name} a?><success/></response>"), SUCCESS);
    };
    for name in ["_", "a_b", "a-", "a.", "a1", "a:b", "Z", "a:_"] {
        taken(name);
    }
    same("<response><?:a?><?a:b:c d?><success/></response>", SUCCESS);
    for name in [".", "-", "1", ".a", "-a", "1a", "a:1", "a:-", "a:.b"] {
        refuse(&format!("<response>§<{name}/><success/></response>"), Refusal::Tag);
    }
    let starts = [
        ('\u{C0}', '\u{D6}'),
        ('\u{D8}', '\u{F6}'),
        ('\u{F8}', '\u{2FF}'),
        ('\u{370}', '\u{37D}'),
        ('\u{37F}', '\u{1FFF}'),
        ('\u{200C}', '\u{200D}'),
        ('\u{2070}', '\u{218F}'),
        ('\u{2C00}', '\u{2FEF}'),
        ('\u{3001}', '\u{D7FF}'),
        ('\u{F900}', '\u{FDCF}'),
        ('\u{FDF0}', '\u{FFFD}'),
        ('\u{10000}', '\u{EFFFF}'),
    ];
    let others = [('\u{B7}', '\u{B7}'), ('\u{300}', '\u{36F}'), ('\u{203F}', '\u{2040}')];
    let within =
        |blocks: &[(char, char)], c| blocks.iter().any(|(first, last)| (*first..=*last).contains(&c));
    for (first, last) in starts.into_iter().chain(others) {
        let edges = [u32::from(first) - 1, u32::from(first), u32::from(last), u32::from(last) + 1];
        for c in edges.into_iter().filter_map(char::from_u32) {
            let later = format!("a{c}");
            if within(&starts, c) {
                taken(&c.to_string());
            } else {
                refuse(&format!("<response>§<{c}/><success/></response>"), Refusal::Tag);
            }
            if within(&starts, c) || within(&others, c) {
                taken(&later);
            } else {
                refuse(&format!("<response><a§{c}/><success/></response>"), Refusal::Attribute);
            }
        }
    }
    for name in ["ж", "名", "𐐀", "aжz"] {
        taken(name);
    }
}

#[test]
fn lines_and_columns_count_characters_from_one() {
    let xml = "<response>\r\n <é/>\n  äöü <success></response>";
    let error = Message::parse(xml.as_bytes()).unwrap_err();
    assert_eq!(error.line_column(xml.as_bytes()), (3, 16));
    let error = Message::parse(b"").unwrap_err();
    assert_eq!(error.line_column(b""), (1, 1));
    let field = Response::parse(b"<response><failure><error/></failure></response>").unwrap_err();
    assert_eq!(field, Error::Refused { reason: Refusal::Missing(Field::ErrorCodeAttribute), position: 19 });
}
