"""How Italian or English groups of letters are, for words that no list knows."""

WEIGHTS = {
    -30: "y$",
    -28: "ic$",
    -27: "^over",
    -26: "atio ed$ ing$ sis$",
    -22: "cti h ize$ k pho s$ store t$ w",
    -21: "ian$ sm$ war",
    -20: "ent$ fire ii$ itude",
    -19: "ble$ er$ ess$ l$ m$",
    -18: "^care",
    -17: "air fore nce$ quir ure$",
    -16: "ise$ n$ phe tor$",
    -15: "ence$ line$ or$ p$ scope ttle x",
    -14: "age$ ate$ d$ icide id$ indig ion$ ist$ lcan lete llia oa oo oo$ ous$ rge$ sev y",
    -13: "al$ ance$ but data$ j schi ula$ ym zi$",
    -12: "^arch ^ex b$ bod le$ ll$ oir ou ple$ sn stone",
    -11: "^en ae$ armi ats iec ine$ ize ju lar$ site$ stac tis$ tive tp",
    -10: "^tat ao ar$ ea ee face foli ies$ imate ive$ laz oco ope$ pau pt rn$ sq tle umb ute$ zin",
    -9: "aem ay bacc cide dg efine elan ette$ file fram go$ hin ium$ lace$ ote$ ous sau se$ sh side$ sive und vic voi",
    -8: """
        ^bon ^dio ^elec ^gen ^rose ^su ach ama$ cent comm dl dy elec erf f$ g$ ius$ late$ love mmon nd$ pede pore$ pric
        sion$ sl sure tc tob tune uare$ ye
    """,
    -7: """
        ^ame ^del ^pip ^res ^und acco ache$ alue amin aq arett ator$ bul cape ccin ctor dge ect ema ence fare$ ff$ ia$
        iac$ ics$ il$ in$ ld lose mn mov name og$ onit pare$ pose r$ ratu rce$ rs$ scen sili ten$ tone ts$ ture ty$ uzz
    """,
    -6: """
        ^colo ^mem ^ni ^pea ^sa ae ai$ bon cle$ cul doc ef$ elie etre$ fera$ fl gga grap hyt iev ife$ ique lad lf lla$
        long mato ms ntel olit olu omato ortu otat quo rade$ rape rbi sea sth tee$ tio tn uag ulate
    """,
    -5: """
        ^acc ^al ^att ^bro ^gl ^he ^oc ^reco ^ru ^sy ^un ^up age alia$ arina aste aza bs cap ccu core cou ct eba edo ei
        emen geta gle$ her iti itr ivor ji ls lve mbo$ musc nam nivo obe ogue ogue$ ois op$ oreg pan phi pipe pire$
        plane preci quar ramme range rate$ rep ribe rol st sy tru ts ude$ ue ump un ute value w$ xi yclo
    """,
    -4: """
        ^ch ^co ^cur ^d ^dat ^ga ^gla ^go ^h ^non ^pale ^pl ^post ^pr ^sar ^sn ^sto ^tet ^to ^vers ade$ ain alo ane$
        angl ape ape$ apu ates ative bag bite bl blo cen ck compe date emi erate evere for gnos har hare hea hor ial$
        ifera ill illa$ isco ive ja ki ko lgi lica$ lif lum mile mim mus nate nce nerv nes ng nia nine non ntia oct
        olio ome orrh oth peti pile ranc rdin rel rent rth sche sep sna spir sub tia tia$ tion$ type uate ult use$ uz
        verte yr
    """,
    -3: """
        ^am ^ap ^app ^bu ^des ^fl ^gu ^ki ^lan ^me ^ol ^op ^pist ^re ^sat ^sea ^tar able abo ad ani aras aud ax az bla
        boni bra cal cass cle coc cope$ cru ctur cus$ cyclo d dal diat die domi edia elu etre fu ful$ gs heme hino$ ial
        itate lar lime mand mil mon my nec neg nna oe oly ount pas pla ppr quin rfe rin ros sav site soci socia som
        space ssie tent tera$ teria tif tilla tim tre$ tron tte tter$ tuc ulat unc ure usca vid xt
    """,
    -2: """
        ^at ^bal ^chi ^dec ^ev ^f ^im ^in ^intr ^mar ^n ^na ^off ^po ^t ^tim ^tu acc act alg alo$ ama arge au$ aze
        bone$ cae cal$ cas case$ chor cili com cret cta cub dat dm ed edu ege egi enc enn ent erag erat erio es esto
        fice fie fol free gale gat ging grav gre ha$ hee hino hip hr hu i ieve ille$ inde inn iod iola iz lane lare ler
        lia lip log mag men$ mer$ meta nad nate$ nch nette ng$ nj ns nt$ nts ode$ offic ona$ ontra oph our ovi ow pol
        pole prov provi pur quire race rav rce reas roch rose sard ses sh$ sion some sph stat state strat stro tan tas
        tato ter tom ude uis ulla urn uth v$ ve$ ven ves ype zo
    """,
    -1: """
        ^ace ^ami ^b ^bit ^br ^cir ^comm ^cr ^da ^dem ^dr ^esca ^fe ^gri ^har ^hi ^lo ^m ^meta ^musc ^o ^offi ^pas ^pil
        ^prep ^pri ^qui ^semi ^ser ^sl ^stro ^ta ^ti ^time ^va ^ves ace$ amp$ ano aqua arm arr b bea bes bore cea cil
        cio$ clo come conc cott cr cros cu dil dis disi dv econ ecta emit emo enti epi ers ert erti fare fla g ge$ get
        gm gram$ ho hon iat icia ife ifi ig igni ilit inch int iol ipe$ ird iss ke ke$ le leo lest lica lise$ mbre mula
        na nae nal$ name$ nel nit nk nni$ not nst ntr oces odont old oli olv onito ora origi oriu orne osis$ osp parad
        pare peni per perc ph pine pist pro ps pse ran ride rill rine ripe riu rm$ rocc rove rrh rs sca semi signa sli
        sp spar sr tern teu tici time tio$ ton tre two tyr uff une use ust yt z
    """,
    1: """
        ^ag ^aut ^avan ^aver ^banc ^bass ^c ^carc ^entr ^eti ^fo ^fu ^mes ^on ^pi ^pres ^sed ^sel ^spe ^u ^uni ^v ^vi
        ^y a acan acque af aila ala$ ale amm ann arc ati ato$ azi bic bina blu bot bum byte caric cch ce coi comu cont
        cost cri de don dot dov eale ecc ece egu eid end ens ente$ erl esa$ esc estr ezz fon gur ian iav icar ide il
        imen ire issi ita lag less lett lette li lice$ lle loc lt luc ma$ marc mbe me$ mero mess mie mo$ moni n na$ nar
        nclu ndr ngue$ ni nist noce nose nsi nt ntate nth nto nus nut nvi oca odo of ola olp ompi ont op oper ori$ orri
        orse$ ott pati pi pia pide pill pli pre quad quil remi ri rmat rni romp rone rre rtir sc sce$ scia ser$ ssi sta
        tall te tes tier tip tr tum uci ud$ ugo uma ungh uov up upp ura uss uta vo$ vu x$ zer$
    """,
    2: """
        ^bot ^can ^coi ^ec ^ha ^id ^inv ^leg ^mai ^mal ^mug ^nu ^paro ^ped ^sg ^so al ame$ ampa ana anca ande apa as
        asci bsi car cchi ce$ cher cin con cos cose cqu da dar dera don$ dur eal ei$ eit el en ena ende enut er eri
        erit eru ettr eur$ f fi fr frat gal gare$ gh gio glie go iant ic icr illan ima ioni ist iste je la$ lan lasc lc
        lin line liu lore mare mbi me mes mice mpi nca nda$ ne ngo nice nim no nodo ocar ogia oide$ olo$ omb on oniu
        ore$ osc ost oste oste$ ot pr proc rac rage$ rar rda rdu rea$ ri$ ria$ rile rio$ risc rmu rne rpe rra sen si
        sist stall ste ta tati tem tite tor tras tti tyl ua uba uir ume umo uni ur urm vate$ vi vi$ voc vol yp ys zze
    """,
    3: """
        ^bo ^cos ^cy ^di ^dif ^dot ^far ^lu ^os ^ph ^prem ^ris ^sig ^z alit am angu aric aring ario$ asto ater bat be$
        cane cara cce cep chel ci cim crate dif dir divis e$ edin enza est ete$ gac ger gran hel hen ich idu ie$ iene$
        ier inge io ipo iv lanc ll llo lte mente metri mpost ngh nqu ogia$ olar olf olo olor one ool opr opra or orna
        ors ound ov pa pe$ pie plic pp pplic ra$ ran$ rcat red rion ris rl rt$ rum sti sul tale tenu teo tir tite$ to
        tra tria tro ttr tu uale$ ui ver$ yph zza
    """,
    4: """
        ^acr ^ama ^bru ^canc ^ef ^er ^ges ^nom ^nor ^pan ^sti ^te ^ve alu anc ap apo ato att bero bi bre cac cef cerv
        co$ cop copi cq cuc do du ebo ella emis ener ento este fo gia glia ibil ico id iene igi ilen imi ingue istr
        iva$ laur lega mae mos ne$ nse ny ocr ocra odi ogli olt omp onn opl osta ot$ otos poc ppi pus$ rba rche rece
        rta sa$ sil sso sto$ surf tho tui uon us uti vert za$ zzo
    """,
    5: """
        ^lag ^lar ^lin ^moto ^reg ^th acca alc ali$ atore atra bas bis bu cia$ cic col cto de$ dee det di dive emb erd
        ero fica gine ia iap ici$ ie ina ina$ inc ince inge$ ingu io$ irb ivo$ mm moto ndat nea nid nom nque nthe oh
        orre os pens rea res rme seu sore sott udine uel un$ ura$ zza$
    """,
    6: """
        ^ar ^el ^k ^nin ^om aby aio api cami coma dine dol efa emm enti$ essa gg gua iche ile lo$ mal$ mane$ nee$ nime
        nze$ oga ol onda oul pec perd ro$ rz segu str tate$ tiv to$ uida ume$ zia
    """,
    7: """
        ^der ^ing ^ka ^ri ^za adr are asc chia coo des ej este$ estre eve$ ggi gi gna he$ ibi ico$ imo iri izi lem llat
        llon mbur mec nale$ opul orus prim rale rare$ rova rre$ rsi rup sangu sta$ thy ule
    """,
    8: """
        ^sap ^val aa aere alla aver$ cque dut egge egn est$ ex$ ga$ gol ior lon$ nne$ ord pag pes pote sch stia te$ ti$
        tou tudi ulm um$ ung
    """,
    9: """
        ^sim aggi arne bb ca$ criv dere$ dine$ entra eud hy ita$ limi lir lline mane mett mine$ nav num rend sate so$
        tt ular
    """,
    10: """
        ^merc ^pia ^que ^san ^sv abil abit ald dice$ dire epe gine$ ilo iu jug lce ngue no$ oce omia$ orni porta ta$
        tura$
    """,
    11: "^dov ^es aia ans$ arie$ as$ fine gob iale$ iem lic$ ogo$ ole$ one$ scriv uo ut$ xe zat zoo",
    12: "^alc ^cia ^jo ^viv cc ede$ graf iad idera ione isu oter$ punt re$ seg zi",
    13: "^ip ^sal ^sf ager$ are$ ere$ ione$ ista$ lles lz rle$ ttur u$ zio",
    14: "aet bile$ dac hemi hilo oves tt$ vise zz",
    15: "^wind anco enh ens$ hoe hus$ nir rir si$ vv ys$ yx",
    16: "comun odon trof",
    17: "^sud lle$ nz tore us$",
    18: "cee$ ile$ nde$ oide rfi rte$ vole",
    19: "clic ugi",
    20: "gli ttiv",
    21: "is$ rme$",
    22: "isce$",
    23: "^phy mio os$ smo$",
    24: "sse$",
    25: "a$ che chi ese$ trice",
    26: "ghi hiu hoc",
    29: "i$",
    31: "ele$",
    32: "ale$ nte$ o$",
    36: "ghe",
}
"""Groups of letters of a folded word (^ before it, $ after it) by their weight in eighths, above zero for Italian.

Learned from which words occur on which side of parallel texts (IoT-For-Beginners, MultiWordNet and Open Multilingual WordNet
lemmas and definitions, LibreOffice's help, OpenStreetMap's presets): logistic regression with an L1 penalty over groups of one
to five letters, word types weighted by the logarithm of their frequency.
"""
BIAS = -0.925
LONGEST = 5
"""Letters of a group."""
