//! The language of a text, by its file's name and by its prose, and its direction (2.10).

use whatlang::Lang;

use crate::words;

/// Fewest letters of prose whose language is told.
const MIN_LETTERS: usize = 80;

/// One word in so many has to be one of the language's commonest, as in every text that has sentences.
const ONE_COMMON_WORD_IN: usize = 10;

/// Where so many are, trigrams may be less sure.
const ONE_OF_MANY_IN: usize = 5;

/// Languages that share most of those words.
const TWINS: [&str; 2] = ["da", "nb"];

/// Languages that prose tells, as BCP 47 has them, with words that stand in most of their sentences. Trigrams alone take a
/// language that they don't know for the nearest one.
const OF_PROSE: [(Lang, &str, &[&str]); 20] = [
    (
        Lang::Bul,
        "bg",
        &[
            "в", "е", "за", "и", "на", "не", "от", "с", "се", "си", "това", "че",
        ],
    ),
    (
        Lang::Cat,
        "ca",
        &[
            "amb", "els", "en", "és", "i", "la", "les", "per", "que", "un", "una",
        ],
    ),
    (
        Lang::Ces,
        "cs",
        &[
            "a", "do", "je", "jako", "na", "pro", "s", "se", "si", "v", "z", "že",
        ],
    ),
    (
        Lang::Dan,
        "da",
        &[
            "af", "at", "den", "der", "det", "en", "er", "for", "i", "og", "på", "til",
        ],
    ),
    (
        Lang::Deu,
        "de",
        &[
            "an", "auf", "das", "der", "die", "ein", "eine", "für", "im", "in", "ist", "mit",
            "nicht", "und", "von", "werden", "wird", "zu",
        ],
    ),
    (
        Lang::Eng,
        "en",
        &[
            "a", "and", "are", "as", "for", "in", "is", "it", "of", "on", "that", "the", "this",
            "to", "with", "you",
        ],
    ),
    (
        Lang::Fin,
        "fi",
        &[
            "ei", "että", "ja", "joka", "kun", "mutta", "myös", "ne", "on", "ovat", "se", "tai",
        ],
    ),
    (
        Lang::Fra,
        "fr",
        &[
            "à", "avec", "dans", "de", "des", "du", "en", "est", "et", "la", "le", "les", "par",
            "pour", "que", "sur", "un", "une",
        ],
    ),
    (
        Lang::Hun,
        "hu",
        &[
            "a", "az", "egy", "és", "hogy", "is", "nem", "van", "meg", "ez",
        ],
    ),
    (
        Lang::Ita,
        "it",
        &[
            "che", "con", "da", "del", "della", "di", "e", "è", "il", "in", "la", "le", "nel",
            "non", "per", "un", "una",
        ],
    ),
    (
        Lang::Nld,
        "nl",
        &[
            "de", "een", "en", "het", "in", "is", "met", "op", "te", "van", "voor", "wordt",
        ],
    ),
    (
        Lang::Nob,
        "nb",
        &[
            "av", "det", "en", "er", "for", "i", "med", "og", "på", "som", "til", "å",
        ],
    ),
    (
        Lang::Pol,
        "pl",
        &[
            "dla", "do", "i", "jest", "na", "nie", "oraz", "się", "w", "z", "ze", "że",
        ],
    ),
    (
        Lang::Por,
        "pt",
        &[
            "a", "as", "com", "da", "de", "do", "e", "em", "é", "não", "no", "o", "os", "para",
            "por", "que", "um", "uma",
        ],
    ),
    (
        Lang::Ron,
        "ro",
        &[
            "a", "cu", "de", "din", "este", "în", "la", "o", "pe", "pentru", "și", "un",
        ],
    ),
    (
        Lang::Rus,
        "ru",
        &[
            "а",
            "в",
            "для",
            "за",
            "и",
            "из",
            "или",
            "к",
            "как",
            "который",
            "на",
            "не",
            "от",
            "по",
            "с",
            "что",
            "это",
        ],
    ),
    (
        Lang::Spa,
        "es",
        &[
            "a", "con", "de", "del", "el", "en", "es", "la", "las", "los", "para", "por", "que",
            "se", "un", "una", "y",
        ],
    ),
    (
        Lang::Swe,
        "sv",
        &[
            "att", "av", "det", "en", "ett", "för", "i", "med", "och", "på", "som", "är",
        ],
    ),
    (
        Lang::Tur,
        "tr",
        &[
            "bir", "bu", "da", "daha", "de", "gibi", "için", "ile", "olarak", "olan", "ve", "veya",
        ],
    ),
    (
        Lang::Ukr,
        "uk",
        &[
            "в", "від", "для", "до", "з", "за", "і", "на", "не", "про", "та", "у", "це", "що",
            "як", "який",
        ],
    ),
];

/// The language of prose, where there is enough of it and it is sure: a wrong one is worse than none.
pub(crate) fn of_prose(prose: &str) -> Option<&'static str> {
    let letters = prose.chars().filter(|c| c.is_alphabetic()).count();
    if letters < MIN_LETTERS {
        return None;
    }
    let told = whatlang::detect(prose)?;
    let (_, tag, common) = OF_PROSE.iter().find(|(lang, ..)| *lang == told.lang())?;
    let (mut words, mut hits) = (0_usize, 0_usize);
    for word in prose
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
    {
        words += 1;
        hits += usize::from(common.contains(&word.to_lowercase().as_str()));
    }
    let has_many = hits * ONE_OF_MANY_IN >= words && !TWINS.contains(tag);
    let is_sure = has_many || told.is_reliable() && hits * ONE_COMMON_WORD_IN >= words;
    is_sure.then_some(tag)
}

/// The language in a file's name: `README.zh-CN`, `README-ja`, `HOWTO_fa_IR`.
pub(crate) fn suffix_language(stem: &str) -> Option<String> {
    let stem = stem.replace('_', "-");
    let (head, tail) = stem
        .rsplit_once(['.', '-'])
        .filter(|(head, _)| !head.is_empty())?;
    let is_language = |part: &str| words::LANGUAGE.fits(&part.to_ascii_lowercase());
    let is_region = tail.len() == 2 && tail.bytes().all(|byte| byte.is_ascii_uppercase())
        || matches!(tail, "Hans" | "Hant" | "cn" | "tw" | "br");
    let named = |name: &str| name.eq_ignore_ascii_case("hebrew").then(|| "he".to_owned());
    if is_region
        && let Some((_, language)) = head
            .rsplit_once(['.', '-'])
            .filter(|(_, language)| is_language(language))
    {
        let region = if tail.len() == 4 {
            tail.to_owned()
        } else {
            tail.to_ascii_uppercase()
        };
        return Some(format!("{}-{region}", language.to_ascii_lowercase()));
    }
    // A name such as `notes-it` is no Italian: two letters count only behind README-like names.
    let readme_like = head.rsplit(['/', '-', '.']).next().is_some_and(|name| {
        name.eq_ignore_ascii_case("readme") || name.bytes().all(|byte| byte.is_ascii_uppercase())
    });
    if is_language(tail) && readme_like {
        Some(tail.to_ascii_lowercase())
    } else {
        named(tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_prose_tells_its_language() {
        for (prose, language) in [
            (
                "Innerhalb des Studienprojektes wurde ein Datenlogger-System aufgebaut, das die Daten verschiedener Sensoren an einen Server übertragen kann und dort für alle sichtbar macht.",
                "de",
            ),
            (
                "Ce dépôt contient le code de notre robot, qui dessine sur du papier avec un stylo, et les notes de toutes les réunions du club de cette année.",
                "fr",
            ),
            (
                "Este repositorio contiene el código de nuestro robot, que dibuja en papel con un lápiz, y las notas de todas las reuniones del club de este año.",
                "es",
            ),
            (
                "Este repositório contém o código do nosso robô, que desenha em papel com uma caneta, e as notas de todas as reuniões do clube deste ano.",
                "pt",
            ),
            (
                "Questo archivio contiene il codice del nostro robot, che disegna sulla carta con una penna, e gli appunti di tutte le riunioni del club di quest'anno.",
                "it",
            ),
            (
                "Deze map bevat de code van onze robot, die met een pen op papier tekent, en de notities van alle vergaderingen van de club van dit jaar.",
                "nl",
            ),
            (
                "To repozytorium zawiera kod naszego robota, który rysuje na papierze długopisem, oraz notatki ze wszystkich spotkań klubu w tym roku.",
                "pl",
            ),
            (
                "Bu depo, yöneylem araştırması dersinin notlarını bir araya getirir ve derse katılan ya da katılmak isteyen herkes için yazılmıştır.",
                "tr",
            ),
            (
                "В этом репозитории лежит код нашего робота, который рисует ручкой на бумаге, и заметки обо всех встречах клуба за этот год.",
                "ru",
            ),
            (
                "У цьому сховищі лежить код нашого робота, який малює ручкою на папері, та нотатки про всі зустрічі нашого клубу за цей рік.",
                "uk",
            ),
            (
                "This repository holds the code of our robot, which draws on paper with a pen, and the notes of all meetings of the club in this year.",
                "en",
            ),
            (
                "Det här arkivet innehåller koden till vår robot, som ritar på papper med en penna, och anteckningar från alla möten som klubben har haft i år.",
                "sv",
            ),
            (
                "Tento repozitář obsahuje kód našeho robota, který kreslí na papír tužkou, a poznámky ze všech schůzek klubu, které se v tomto roce konaly.",
                "cs",
            ),
        ] {
            assert_eq!(of_prose(prose), Some(language), "{prose}");
        }
    }

    #[test]
    fn what_is_short_or_no_prose_tells_none() {
        for prose in [
            "",
            "Eine kurze Notiz über den Roboter.",
            "Anna Schmidt, Ben Müller, Chris Weber, Dora Fischer, Emil Wagner, Frieda Becker, Gustav Hoffmann, Hanna Koch, Ida Richter, Jan Klein",
            "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua ut enim ad minim veniam",
            "cargo rustc serde tokio hyper axum clap anyhow thiserror tracing reqwest regex rayon itertools chrono uuid rand sha2 hmac base64 image png",
            "Mae'r ystorfa hon yn cynnwys cod ein robot, sy'n tynnu lluniau ar bapur gyda phen, a nodiadau holl gyfarfodydd y clwb eleni.",
            "Hazina hii ina msimbo wa roboti yetu, ambayo huchora kwenye karatasi kwa kalamu, na maelezo ya mikutano yote ya klabu ya mwaka huu.",
            "Biltegi honek gure robotaren kodea dauka, paperean boligrafo batekin marrazten duena, eta aurtengo klubaren bilera guztien oharrak.",
        ] {
            assert_eq!(of_prose(prose), None, "{prose}");
        }
    }
}
