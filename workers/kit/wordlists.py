"""The words of the built-in corpus, written by hand. Of polar words, those that stand earlier are drawn more often."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GOOD_ADJECTIVES = _words("""
good great excellent wonderful lovely superb pleasant brilliant charming delightful impressive enjoyable fantastic
amazing beautiful clever elegant outstanding perfect solid terrific fresh memorable splendid marvellous gorgeous
fine admirable engaging rewarding satisfying stylish refreshing touching inspired masterful polished remarkable
spectacular stunning sublime thoughtful thrilling vivid witty flawless graceful heartfelt imaginative ingenious
inviting irresistible joyful lively luminous magical magnificent moving nimble radiant riveting sharp skilful smooth
sparkling spotless sturdy tasteful tender timeless uplifting vibrant warm welcoming wise worthwhile accomplished
adorable agile alluring appealing assured blissful breathtaking bright captivating careful celebrated coherent
comfortable compelling congenial considerate courteous crisp dazzling dependable deft divine durable dynamic
eloquent enchanting endearing energetic exceptional exciting exquisite fabulous faultless festive first-rate
flattering fluent friendly fruitful generous genial glorious glowing handsome harmonious helpful honest hospitable
humane immaculate incisive insightful intelligent intuitive invigorating jolly laudable legendary likeable lucid
luscious luxurious majestic mellow meticulous nourishing nuanced peerless perceptive playful pleasing plucky poetic
poignant praiseworthy precious pristine reassuring refined reliable resonant responsive robust rousing sane seamless
sincere snappy soothing sophisticated spirited stellar stirring suave subtle sumptuous sunny superlative supple
sweet triumphant trustworthy unbeatable unforgettable valuable virtuous wholesome winning wondrous zesty
""")
BAD_ADJECTIVES = _words("""
bad poor terrible awful dull horrible disappointing boring mediocre weak annoying ugly dreadful tedious clumsy bland
cheap flawed sloppy stale lousy lazy messy rude shabby shallow tiresome unpleasant pathetic dreary forgettable
frustrating lifeless miserable pointless predictable ridiculous silly tasteless tired useless abysmal absurd
amateurish appalling atrocious awkward baffling banal barren bleak bloated botched broken careless chaotic cluttered
coarse cold-hearted confusing contrived cramped creaky crude cumbersome cynical damp dated deficient deplorable
derivative detestable dingy dire dirty discourteous disgraceful disjointed dismal distasteful dodgy drab
dysfunctional embarrassing excruciating exhausting faulty feeble filthy flaky flat flimsy foul fragile fraudulent
fussy garbled garish ghastly gloomy graceless grating greasy grim grimy grotesque grubby haphazard harsh hateful
hideous hollow humdrum humourless idiotic imprecise inadequate inane incoherent incompetent inept inferior
infuriating insipid insulting interminable irritating jarring joyless laborious lacklustre lame laughable leaden
listless loathsome ludicrous lumbering maddening mangled mawkish meagre mean-spirited mindless monotonous muddled
murky musty nasty nauseating neglected nonsensical obnoxious obscene offensive oppressive overblown painful paltry
patronising pedestrian perfunctory petty plodding ponderous preposterous pretentious rancid repellent repetitive
repulsive rickety rotten rusty scruffy senseless shameful shoddy sickening sluggish smelly sour spiteful stilted
stodgy stuffy stupid sullen tacky tatty tawdry threadbare tortuous toxic trite turgid unbearable unfinished
unhelpful unreliable unusable vapid vile vulgar wearisome wobbly woeful wretched
""")
GOOD_VERBS = _words("""
loved enjoyed liked adored admired recommend appreciated treasured relished savoured cherished praised applauded
welcomed celebrated trusted valued
""")
BAD_VERBS = _words("""
hated disliked regretted loathed despised resented avoid endured dreaded detested mourned deplored scorned rejected
criticised abandoned condemned
""")
GOOD_NOUNS = _words("""
triumph joy pleasure delight success treat gem masterpiece bargain treasure marvel wonder revelation highlight
blessing classic knockout winner victory feast
""")
BAD_NOUNS = _words("""
failure mess disaster waste letdown disgrace nightmare fiasco flop bore chore insult travesty blunder ordeal
shambles swindle catastrophe debacle eyesore
""")
GOOD_ADVERBS = _words("""
well nicely beautifully smoothly perfectly brilliantly wonderfully reliably splendidly gracefully superbly
flawlessly admirably effortlessly elegantly cheerfully
""")
BAD_ADVERBS = _words("""
badly poorly terribly horribly awkwardly clumsily dreadfully miserably sluggishly erratically carelessly abysmally
lazily painfully hopelessly woefully
""")

# Each domain: what the sentence is about, then its parts.
DOMAINS = {
    "film": (
        _words("film movie thriller comedy drama documentary sequel cartoon"),
        _words("""plot acting script ending soundtrack dialogue cast camerawork pacing opening villain heroine costume
        lighting editing humour"""),
    ),
    "meal": (
        _words("restaurant café bistro diner bakery canteen tavern pizzeria"),
        _words(
            """soup bread salad dessert waiter menu coffee sauce fish steak pasta curry pudding cheese wine kitchen"""
        ),
    ),
    "stay": (
        _words("hotel hostel guesthouse resort cottage motel campsite lodge"),
        _words("""room bed bathroom breakfast lobby pool view balcony shower staff carpet pillow towel corridor lift
        garden"""),
    ),
    "gadget": (
        _words("phone laptop camera tablet printer headset radio watch"),
        _words("""screen battery keyboard speaker charger software lens cable button hinge display microphone manual
        casing menu update"""),
    ),
    "book": (
        _words("book novel memoir biography anthology textbook diary essay"),
        _words("""prose chapter cover translation narrator index preface binding paper hero theme style
        argument glossary appendix tone"""),
    ),
    "trip": (
        _words("trip tour cruise excursion journey flight hike safari"),
        _words("""guide bus itinerary museum harbour scenery driver beach market cathedral path ferry map picnic cabin
        souvenir"""),
    ),
    "course": (
        _words("course lecture workshop seminar class lesson school training"),
        _words("""tutor exercise handout homework exam project library pace feedback classroom blackboard schedule quiz
        grading syllabus notebook"""),
    ),
    "show": (
        _words("concert opera festival play musical ballet exhibition circus"),
        _words("""singer orchestra stage foyer sound violin encore audience conductor choir drummer curtain ticket
        programme guitarist acrobat"""),
    ),
    "shop": (
        _words("shop boutique bookshop supermarket pharmacy florist tailor bazaar"),
        _words("""service delivery packaging price selection cashier refund counter entrance parking fitting display
        queue label receipt basket"""),
    ),
}

FIRST_NAMES = _words("""
anna ben clara david elena felix grace hugo irene jonas karin leo maria nadia oscar paula quentin rosa stefan tessa
ulrich vera walter xenia yusuf zoe ahmed bianca chen deepa emeka farah gustav hana ivan jun kofi lina mei noor olga
pedro ravi sana tariq uma viktor wanda yara agnes bruno celia dmitri edith fergus gita henrik ines joel kira lars
mona nils olaf petra rafael sigrid tomas ursula vito wilma yannick zelda arun beatriz carlo dora emil fiona gloria
hector ingrid jasper katya luis marta aisha boris cecilia daniel esther fabio gemma hassan isabel jana kaspar livia
miguel nora otto priya
""")
RELATIONS = _words("""
friend brother sister mother father cousin neighbour boss colleague uncle aunt roommate grandmother teacher dentist
flatmate nephew niece partner landlord
""")
PLACES = _words("""
lisbon oslo lima cairo delhi tokyo nairobi quito dublin prague athens boston chicago madrid vienna warsaw hanoi
accra bogota montreal sydney helsinki naples geneva munich lyon porto seville bristol cardiff glasgow leeds kyoto
osaka busan taipei bergen tallinn riga vilnius adelaide brisbane calgary denver edinburgh florence granada hamburg
istanbul jakarta krakow lucerne marseille nantes ottawa perth quebec rotterdam salzburg toulouse utrecht valencia
winnipeg zurich aberdeen baltimore cologne dresden eindhoven fez galway havana innsbruck jaipur kingston leipzig
malaga nashville odense palermo ravenna santiago tampere uppsala verona wellington york zagreb
""")
DAYS = _words("monday tuesday wednesday thursday friday saturday sunday")
MONTHS = _words("january february march april may june july august september october november december")
NUMBERS = _words("two three four five six seven eight nine ten eleven twelve twenty thirty forty")
VEHICLES = _words("train bus car taxi bicycle tram ferry scooter")
COMPANIONS = _words("children parents dog students friends guests grandparents twins")
INTENSIFIERS = _words("very really truly quite so extremely rather absolutely pretty incredibly thoroughly utterly")
HEDGES = _words("perhaps maybe somehow arguably apparently possibly")
