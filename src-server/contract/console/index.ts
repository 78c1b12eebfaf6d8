import * as activity from './activity';
import * as agents from './agents';
import * as audit from './audit';
import * as credits from './credits';
import * as data from './data';
import * as inbox from './inbox';
import * as keys from './keys';
import * as leaving from './leaving';
import * as outbox from './outbox';
import * as session from './session';

/** Every console endpoint by domain: the server mounts all of them, the window calls them. */
export const consoleApi = {
  session: {
    getMe: session.getMe,
    setUp: session.setUp,
    createRecoveryCode: session.createRecoveryCode,
    confirmRecoveryCode: session.confirmRecoveryCode,
    dismissSetup: session.dismissSetup,
    loadSampleWorld: session.loadSampleWorld,
    removeSampleWorld: session.removeSampleWorld,
    updatePreferences: session.updatePreferences,
  },
  outbox: {
    listMails: outbox.listMails,
    openMail: outbox.openMail,
    resendMail: outbox.resendMail,
  },
  inbox: {
    listInbox: inbox.listInbox,
    getInboxItem: inbox.getInboxItem,
    markRead: inbox.markRead,
    decide: inbox.decide,
    decideBulk: inbox.decideBulk,
    snooze: inbox.snooze,
    unsnooze: inbox.unsnooze,
    editProposal: inbox.editProposal,
    retryFailed: inbox.retryFailed,
    undoExecuted: inbox.undoExecuted,
  },
  agents: {
    listAgents: agents.listAgents,
    getAgent: agents.getAgent,
    getPublicProfile: agents.getPublicProfile,
    listAgentHistory: agents.listAgentHistory,
    createAgent: agents.createAgent,
    listSnippets: agents.listSnippets,
    updateAgent: agents.updateAgent,
    pauseAgent: agents.pauseAgent,
    resumeAgent: agents.resumeAgent,
    setPolicy: agents.setPolicy,
    listGuidance: agents.listGuidance,
    addGuidance: agents.addGuidance,
    retireGuidance: agents.retireGuidance,
    allowForAWhile: agents.allowForAWhile,
    endAllow: agents.endAllow,
    freezeAll: agents.freezeAll,
    thawAll: agents.thawAll,
    createKey: agents.createKey,
    revokeKey: agents.revokeKey,
    listJoining: agents.listJoining,
    previewClaim: agents.previewClaim,
    claimAgent: agents.claimAgent,
    disownAgent: agents.disownAgent,
  },
  activity: {
    listActivity: activity.listActivity,
    listNewActivity: activity.listNewActivity,
    getCaseFile: activity.getCaseFile,
  },
  audit: {
    searchAudit: audit.searchAudit,
    getAuditRow: audit.getAuditRow,
    getVerification: audit.getVerification,
    startVerification: audit.startVerification,
  },
  keys: {
    listKeys: keys.listKeys,
    updateKey: keys.updateKey,
    rotateKey: keys.rotateKey,
    regenerateKey: keys.regenerateKey,
    getKeyImpact: keys.getKeyImpact,
    freezeKey: keys.freezeKey,
    thawKey: keys.thawKey,
    settleLeak: keys.settleLeak,
  },
  leaving: {
    previewLeaving: leaving.previewLeaving,
    unbindAgent: leaving.unbindAgent,
    deleteAgent: leaving.deleteAgent,
    getOffer: leaving.getOffer,
    offerAgent: leaving.offerAgent,
    cancelOffer: leaving.cancelOffer,
    listOffers: leaving.listOffers,
    acceptOffer: leaving.acceptOffer,
    declineOffer: leaving.declineOffer,
  },
  credits: {
    listCredits: credits.listCredits,
    getAgentCredits: credits.getAgentCredits,
    getUsage: credits.getUsage,
    listLedger: credits.listLedger,
    setCap: credits.setCap,
    whatIfCap: credits.whatIfCap,
  },
  data: {
    getBackups: data.getBackups,
    makeBackup: data.makeBackup,
    updateBackupSettings: data.updateBackupSettings,
    removeBackup: data.removeBackup,
    previewRestore: data.previewRestore,
    stageRestore: data.stageRestore,
    cancelRestore: data.cancelRestore,
    listExports: data.listExports,
    makeExport: data.makeExport,
    removeExport: data.removeExport,
    previewErasure: data.previewErasure,
    erasePerson: data.erasePerson,
    getDiagnostics: data.getDiagnostics,
  },
} as const;
