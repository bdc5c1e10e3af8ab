"""What letters say beside what they ask for: greetings, thanks, who writes, when to meet; a sentence a line, made up."""

COURTESIES = {
    "it": """
        Buongiorno, spero che vada tutto bene.
        Gentile dottore, egregio ingegnere,
        La ringrazio della sua cortese risposta.
        Grazie mille dell'incontro della settimana scorsa.
        Grazie del suo tempo e del suo aiuto.
        È stato un piacere conoscerla al convegno.
        Ci siamo incontrati in fiera e mi ha lasciato il suo biglietto da visita.
        Come detto al telefono, le scrivo per la nostra richiesta.
        Ho avuto il suo contatto da un collega.
        Il suo nome ci è stato dato dalla camera di commercio.
        Un amico mi ha parlato del vostro servizio.
        Scrivo a nome del mio capo.
        Ho appena cominciato questo lavoro e sostituisco una collega che è andata via.
        Non sono un esperto del settore, quindi mi scuso.
        Scusi se rispondo tardi, è stato un mese pieno.
        Mi scuso per il poco preavviso.
        La nostra azienda è stata fondata nel 1962 da mio nonno.
        Siamo una piccola ditta vicino a Milano con trenta dipendenti.
        Siamo un'impresa familiare alla seconda generazione.
        Il nostro gruppo ha quattro stabilimenti e duecento persone.
        Lavoriamo soprattutto per clienti in Francia e in Germania.
        Esportiamo in venti paesi.
        Produciamo particolari meccanici per altre aziende.
        Siamo sul mercato da quarant'anni.
        L'anno scorso è stato difficile per il nostro settore.
        Gli ordini crescono e stiamo assumendo.
        Con i colleghi ne abbiamo parlato nell'ultima riunione.
        La direzione ci ha chiesto di approfondire la cosa.
        Il titolare ha letto un articolo e si è incuriosito.
        Ne discutiamo da molto tempo.
        Alla fine dalla riunione è uscita un'idea.
        Qui sotto descrivo che cosa stiamo cercando.
        Ecco la nostra richiesta.
        Questa è la domanda che volevo farle.
        Non sappiamo da dove cominciare.
        Abbiamo già chiesto a diversi fornitori, ma nessuno ha saputo aiutarci.
        Abbiamo provato una volta da soli e abbiamo lasciato perdere.
        L'offerta che abbiamo ricevuto era troppo cara.
        In azienda nessuno se ne intende.
        Abbiamo un piccolo budget per una prima prova.
        I soldi non sono ancora stati approvati.
        La decisione sarà presa dal consiglio il mese prossimo.
        Non c'è fretta, ma vorremmo partire quest'anno.
        Per noi è piuttosto urgente.
        Vorremmo avere qualche nome entro la fine del mese.
        Ci può dare il nome di qualcuno?
        Se conoscete una ditta adatta, ditecelo.
        Saremmo lieti di vedere qualche referenza.
        Preferiamo un partner piccolo e facile da raggiungere.
        Non importa da quale paese vengano.
        Dovrebbero parlare la nostra lingua.
        La prego di tenere riservate queste informazioni.
        Non è ancora deciso nulla.
        Mandi la risposta a questo indirizzo e in copia al mio collega.
        Può chiamarmi al mattino, tranne il lunedì.
        È libero per una telefonata mercoledì prossimo?
        Possiamo vederci da voi o da noi.
        Venite pure a visitare il nostro stabilimento quando volete.
        Ad agosto siamo chiusi per ferie.
        Allego qualche foto e un disegno.
        Se serve le mando altri dettagli.
        La mia assistente fisserà un appuntamento.
        Mi faccia sapere che cosa ne pensa.
        Resto in attesa di una sua risposta.
        Grazie in anticipo di ogni consiglio.
        Ogni suggerimento è gradito.
        Cordiali saluti, Maria Bianchi
        Tanti auguri a lei e alla sua famiglia.
        Distinti saluti, l'ufficio tecnico
        Non abbiamo mai lavorato con una startup.
        Le avevo promesso di mandarle questo entro la settimana.
        Sono in viaggio e rispondo dal telefono.
        Il tempo era pessimo e il viaggio è durato ore.
        Dopo la presentazione abbiamo pranzato insieme.
        Non ho potuto venire al vostro evento per un altro impegno.
        Ho letto la vostra newsletter e ascoltato l'intervento.
        Mio figlio studia ingegneria e mi ha parlato di voi.
        È andato in pensione l'anno scorso e si è portato via tutto quello che sapeva.
        Lavora qui da vent'anni e conosce tutti.
        Secondo me vale la pena provare.
        Forse è un'idea sciocca, ma chiedere non costa nulla.
        A dire il vero non ci credo molto.
        Tutti sono d'accordo che qualcosa deve cambiare.
        Con l'ultimo fornitore abbiamo perso molto tempo e denaro.
        Il consulente è sparito e non ha più risposto.
        Se funziona lo compreremmo subito per tutti i nostri stabilimenti.
        L'investimento deve ripagarsi in due anni.
        Possiamo pagare un piccolo studio e poi decidere.
        Per questo tipo di progetti potrebbero esserci fondi pubblici.
        Il contratto lo firmerà la nostra sede centrale.
        Il nostro avvocato vuole prima vedere un accordo di riservatezza.
        Il disegno non è definitivo e può ancora cambiare.
        I numeri che indico sono solo approssimativi.
        Non chiami la mia collega, che è in congedo.
        Ci trova dietro la stazione, con il parcheggio davanti al cancello.
        Chieda di me in portineria e porti un documento.
        Sono in ufficio tutti i giorni dalle otto alle cinque.
        Sarò in ferie fino al dieci.
        Mi saluti tutti all'istituto.
        Inviato dal mio telefono, scusate gli errori.
        Le informazioni di questo messaggio sono riservate al destinatario.
    """,
    "en": """
        Good morning, I hope this message finds you well.
        Dear Sir or Madam,
        Thank you for your kind reply.
        Thanks a lot for the meeting of last week.
        Thank you for your time and your help.
        It was a pleasure to meet you at the conference.
        We met at the trade fair and you gave me your card.
        As discussed on the phone, I am writing to you about our request.
        I got your contact from a colleague.
        Your name was given to us by the chamber of commerce.
        A friend told me about your service.
        I am writing on behalf of my boss.
        I have just started in this job and I am replacing a colleague who has left.
        I am not an expert in this field, so please excuse me.
        Sorry for the late answer, it has been a busy month.
        Please excuse the short notice.
        Our company was founded in 1962 by my grandfather.
        We are a small firm near Milan with thirty employees.
        We are a family business in its second generation.
        Our group has four plants and two hundred people.
        We mostly work for customers in France and Germany.
        We export to twenty countries.
        We make mechanical parts for other companies.
        We have been in business for forty years.
        The last year was difficult for our industry.
        Orders are growing and we are hiring.
        My colleagues and I talked about it during the last meeting.
        The management has asked us to look into this.
        The owner read an article and became curious.
        We have discussed this for a long time.
        At the end one idea came out of our meeting.
        Below I describe what we are looking for.
        Here is our request.
        This is the question that I wanted to ask you.
        We do not know where to start.
        We have already asked several suppliers, but nobody could help us.
        We tried it once by ourselves and gave up.
        The offer that we received was too expensive.
        Nobody in our company knows about this.
        We have a small budget for a first test.
        Money has not been approved yet.
        The decision will be made by the board next month.
        There is no hurry, but we would like to start this year.
        It is rather urgent for us.
        We would like to have some names by the end of the month.
        Could you give us the name of someone?
        If you know a suitable firm, please tell us.
        We would be glad to see some references.
        We prefer a small partner that is easy to reach.
        It does not matter which country they come from.
        They should speak our language.
        Please keep this information confidential.
        Nothing has been decided yet.
        Please send your answer to this address and to my colleague in copy.
        You can call me in the morning, except on Mondays.
        Are you free for a call next Wednesday?
        We could meet at your office or at ours.
        You are welcome to visit our factory any time.
        We will be closed for holidays in August.
        I attach some pictures and a drawing.
        I can send you more details if needed.
        My assistant will arrange an appointment.
        Please let me know what you think.
        I look forward to your reply.
        Thank you in advance for any advice.
        Any suggestion would be welcome.
        Kind regards, Maria Bianchi
        Best wishes to you and your family.
        Yours faithfully, the technical office
        We have never worked with a start-up before.
        I promised to send you this by the end of the week.
        I am travelling and answer from my phone.
        The weather was terrible and the trip took hours.
        We had lunch together after the presentation.
        I could not come to your event because of another appointment.
        I read your newsletter and listened to the talk.
        My son studies engineering and told me about you.
        He retired last year and took all his knowledge with him.
        She has worked here for twenty years and knows everybody.
        In my opinion it is worth a try.
        Perhaps it is a silly idea, but it costs nothing to ask.
        To be honest, I do not believe in it very much.
        Everybody agrees that something has to change.
        We lost a lot of time and money with the last supplier.
        The consultant disappeared and never answered again.
        If it works we would buy it at once for all our plants.
        The investment has to pay off within two years.
        We can pay for a short study and then decide.
        There may be public funding for this kind of project.
        The contract will be signed by our head office.
        Our lawyer wants to see a confidentiality agreement first.
        The drawing is not final and may still change.
        The numbers that I mention are only approximate.
        Please do not call my colleague, who is on leave.
        You will find us behind the station, with parking in front of the gate.
        Ask for me at the reception and bring a document.
        I am in the office every day from eight to five.
        I will be on holiday until the tenth.
        Say hello to everybody at the institute.
        Sent from my phone, please excuse the mistakes.
        The information in this message is meant for the addressee only.
    """,
}
