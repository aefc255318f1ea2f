//! What the name of a column says about its cells, in the languages most common in
//! exports. Warns rarely, on purpose: people stop reading warnings that are mostly
//! wrong.

/// What the cells of a column are, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameHint {
    Address,
    BirthDate,
    Device,
    Email,
    FreeText,
    Location,
    Name,
    Number,
    Phone,
}

/// Words of a name that each mean one kind of content.
const WORDS: [(NameHint, &[&str]); 9] = [
    (NameHint::Device, &["advertisingid", "cookie", "deviceid", "gaid", "idfa", "imei", "ip", "ipaddress", "maid"]),
    (
        NameHint::BirthDate,
        &[
            "birth",
            "birthdate",
            "birthday",
            "dateofbirth",
            "dob",
            "geboortedatum",
            "geburtsdatum",
            "geburtstag",
            "nacimiento",
            "naissance",
            "nascimento",
            "nascita",
            "urodzenia",
        ],
    ),
    (NameHint::Email, &["correo", "courriel", "email", "emails", "epost", "mail"]),
    (
        NameHint::Phone,
        &[
            "cellphone",
            "fax",
            "handy",
            "landline",
            "mobile",
            "mobil",
            "msisdn",
            "phone",
            "phones",
            "portable",
            "tel",
            "telefon",
            "telefono",
            "telefoon",
            "telephone",
            "téléphone",
            "teléfono",
        ],
    ),
    (
        NameHint::Address,
        &[
            "address",
            "addressline",
            "addr",
            "adres",
            "adresa",
            "adress",
            "adresse",
            "calle",
            "direccion",
            "dirección",
            "indirizzo",
            "rue",
            "straat",
            "strasse",
            "straße",
            "street",
            "ulica",
        ],
    ),
    (
        NameHint::Name,
        &[
            "achternaam",
            "apellido",
            "apellidos",
            "cognome",
            "efternamn",
            "firstname",
            "forename",
            "forenames",
            "fullname",
            "givenname",
            "imie",
            "imię",
            "lastname",
            "maidenname",
            "nachname",
            "nazwisko",
            "prenom",
            "prénom",
            "surname",
            "vorname",
            "voornaam",
        ],
    ),
    (
        NameHint::Number,
        &["bsn", "cpf", "iban", "nhs", "nino", "passport", "pesel", "personnummer", "ssn", "steuernummer", "vin"],
    ),
    (NameHint::Location, &["geolocation", "gps", "lat", "latitude", "lng", "lon", "longitude"]),
    (
        NameHint::FreeText,
        &[
            "bemerkung",
            "bemerkungen",
            "comment",
            "comments",
            "freetext",
            "message",
            "note",
            "notes",
            "notiz",
            "notizen",
            "opmerkingen",
            "remark",
            "remarks",
        ],
    ),
];

/// Words that, beside the word `name`, say that a column holds names of people.
const OF_PEOPLE: [&str; 12] = [
    "birth", "contact", "customer", "family", "first", "full", "given", "last", "maiden", "member", "middle", "person",
];

impl NameHint {
    /// What a name says, if it says anything.
    pub(super) fn of(name: &str) -> Option<Self> {
        let words = words(name);
        let joined: String = words.concat();
        let is_of_people = |word: &String| OF_PEOPLE.contains(&word.as_str());
        if words.iter().any(|word| word == "name") && (words.len() == 1 || words.iter().any(is_of_people)) {
            return Some(Self::Name);
        }
        let says =
            |known: &[&str]| known.iter().any(|known| *known == joined || words.iter().any(|word| word == known));
        WORDS.iter().find(|(_, known)| says(known)).map(|(telling, _)| *telling)
    }

    /// Whether the name says that the column is about a person's child.
    pub(super) fn is_of_a_child(name: &str) -> bool {
        const CHILDREN: [&str; 8] = ["baby", "child", "children", "daughter", "enfant", "kid", "kind", "son"];
        words(name).iter().any(|word| CHILDREN.contains(&word.as_str()))
    }

    /// In words.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Address => "addresses",
            Self::BirthDate => "dates of birth",
            Self::Device => "the numbers of devices",
            Self::Email => "e-mail addresses",
            Self::FreeText => "text that anybody wrote anything in",
            Self::Location => "places to the metre",
            Self::Name => "names of people",
            Self::Number => "numbers that are one person's",
            Self::Phone => "telephone numbers",
        }
    }

    /// What to try.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::BirthDate => "coarsen_date or age_band",
            Self::Device => "coarsen_ip, pseudonymise or drop",
            Self::Email => "mask_email, pseudonymise or drop",
            Self::FreeText => "drop: nobody knows what is in there",
            Self::Location => "round_number or drop",
            Self::Address | Self::Name | Self::Number | Self::Phone => {
                "pseudonymise or drop; else its role is direct_identifier"
            }
        }
    }
}

/// Whether a name says that the person withdrew a consent, or gave none.
pub(crate) fn says_withdrawn(name: &str) -> bool {
    const SAYING: [&str; 31] = [
        "blacklisted",
        "declined",
        "dnc",
        "donotcall",
        "donotcontact",
        "donotemail",
        "donotmail",
        "nocontact",
        "objected",
        "objection",
        "objections",
        "optedout",
        "optout",
        "optouts",
        "refusal",
        "refused",
        "revocation",
        "revoked",
        "suppress",
        "suppressed",
        "suppression",
        "unsub",
        "unsubscribe",
        "unsubscribed",
        "widerruf",
        "widerrufen",
        "widerspruch",
        "withdraw",
        "withdrawal",
        "withdrawn",
        "withdrew",
    ];
    let words = words(name);
    // `opt out` and `do not contact` are more than one word.
    (1..=3).any(|length| words.windows(length).any(|words| SAYING.contains(&words.concat().as_str())))
}

/// The words of a name, in lower case. A new word begins after a character that is
/// neither letter nor digit, and where a capital follows a small letter.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in name.chars() {
        if !letter.is_alphabetic() || (letter.is_uppercase() && was_small) {
            words.push(String::new());
        }
        if letter.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        was_small = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_that_somebody_withdrew_or_refused() {
        for name in [
            "withdrawn",
            "withdrawn_at",
            "ConsentWithdrawnDate",
            "REVOKED",
            "opt_out",
            "OptOut",
            "opt-out date",
            "optout",
            "marketing_opted_out",
            "unsubscribed_on",
            "objection",
            "do_not_contact",
            "DoNotContact",
            "DONOTCONTACT",
            "suppressed",
        ] {
            assert!(says_withdrawn(name), "{name}");
        }
        for name in ["opt_in", "checkout", "contact", "outlet", "draw", "support", "subscribed", "", "drawn_with"] {
            assert!(!says_withdrawn(name), "{name}");
        }
    }

    #[test]
    fn names_tell_what_is_in_the_cells() {
        for (name, telling) in [
            ("email", NameHint::Email),
            ("E-Mail", NameHint::Email),
            ("contactEmail", NameHint::Email),
            ("customer_name", NameHint::Name),
            ("Name", NameHint::Name),
            ("LastName", NameHint::Name),
            ("Straße", NameHint::Address),
            ("address_line_1", NameHint::Address),
            ("child_2_dob", NameHint::BirthDate),
            ("date of birth", NameHint::BirthDate),
            ("Geburtsdatum", NameHint::BirthDate),
            ("mobile", NameHint::Phone),
            ("ip_address", NameHint::Device),
            ("Notes", NameHint::FreeText),
            ("geo_lat", NameHint::Location),
            ("NINO", NameHint::Number),
        ] {
            assert_eq!(NameHint::of(name), Some(telling), "{name}");
        }
        for name in
            ["town", "product_name", "campaign_name", "plan", "opt_in_date", "shipping", "nickel", "notebook", ""]
        {
            assert_eq!(NameHint::of(name), None, "{name}");
        }
    }
}
